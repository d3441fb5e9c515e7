/** A study is data: a base run, the rows that change it, what was published, and the claims it puts to the test. */

import type { CollapseState } from '../learn/collapse.js'
import type { Method } from '../learn/method.js'
import type { PresetName } from '../learn/presets.js'
import type { Overrides } from '../learn/settings.js'
import type { View } from '../learn/settings-schema.js'
import type { Measure } from './result.js'

/** How much is spent on a study. */
export const BUDGETS = ['quick', 'full'] as const
export type BudgetName = (typeof BUDGETS)[number]

/** What a budget buys: training pictures, passes over them, seeds. */
export interface Spending {
  pictures: number
  epochs: number
  seeds: number
}

export interface Study {
  name: string
  /** Where it is written, if it is not one of ours. */
  file?: string
  title: string
  /** The claim of the articles, in a sentence or two. */
  question: string
  base: Base
  rows: readonly Row[]
  /** Columns of published figures, and whose they are. */
  published: readonly PublishedColumn[]
  claims: readonly Claim[]
  /** What a reader has to know to read the table. */
  notes?: readonly string[]
  /** Where it needs more or less than the budgets give. */
  spending?: Partial<Record<BudgetName, Partial<Spending>>>
}

/** What all rows begin with, before their own changes. */
export interface Base {
  data: string
  /** By name, or one made of parts for the study. */
  method: string | Method
  /** For pictures of about 32 px, on top of the preset `small`. */
  change: Overrides
  /** The same run as the paper made it. */
  paper: { preset: PresetName; data: string; change: Overrides }
}

export interface Row {
  /** Unique in the study. */
  name: string
  /** Another method than the base's. */
  method?: string | Method
  change?: Overrides
  /** What is changed in every view; a view's other amounts stay the method's. */
  views?: (view: View) => View
  /** Where the paper's own numbers differ from ours, as batches of 4096 do. */
  paper?: Overrides
  /** Not trained at all: the random network as it is. */
  untrained?: true
  /** Also the accuracy after each of the first so many layers of the projector. */
  readouts?: number
  /** Rows whose seeds should lie about as far apart; all of the study unless said. */
  family?: string
  /** In the order of the study's columns; words where a paper tells the outcome without a figure. */
  published?: readonly (number | string | null)[]
}

export interface PublishedColumn {
  title: string
  source: string
}

/** What a claim says of the rows, in a form that figures can decide. */
export type Claim = Contrast | State

interface Said {
  says: string
  /** Why it may be otherwise at this scale; shown where it did not hold. */
  otherwise?: string
}

export interface Term {
  row: string
  weight: number
  /** `linear` unless given. */
  measure?: Measure
}

/** A weighted sum of rows' means lies between two bounds: points of a percent for shares, else in units of the measure. */
export interface Contrast extends Said {
  of: readonly Term[]
  from?: number
  to?: number
}

/** All seeds of the rows end in one of the states. */
export interface State extends Said {
  rows: readonly string[]
  states: readonly CollapseState[]
}

/** A contrast without its words. */
export type Bounds = Pick<Contrast, 'of' | 'from' | 'to'>

function difference(a: string, b: string, measure: Measure): Term[] {
  return [
    { row: a, weight: 1, measure },
    { row: b, weight: -1, measure },
  ]
}

/** `a` is above `b`, by at least `from`. */
export function above(a: string, b: string, from = 0, measure: Measure = 'linear'): Bounds {
  return { of: difference(a, b, measure), from }
}

/** `a` is at most `to` above `b`. */
export function notAbove(a: string, b: string, to: number, measure: Measure = 'linear'): Bounds {
  return { of: difference(a, b, measure), to }
}

/** `a` and `b` differ by at most so much. */
export function level(a: string, b: string, within: number, measure: Measure = 'linear'): Bounds {
  return { of: difference(a, b, measure), from: -within, to: within }
}

/** On the way from the first row to the second, the first pair loses more than the other. */
export function fallsFurther(
  [from, to]: readonly [string, string],
  [otherFrom, otherTo]: readonly [string, string],
  measure: Measure = 'linear',
): Bounds {
  return { of: [...difference(from, to, measure), ...difference(otherTo, otherFrom, measure)], from: 0 }
}

export const collapsed = (...rows: string[]) => ({ rows, states: ['collapsed'] as const })
export const notCollapsed = (...rows: string[]) => ({ rows, states: ['healthy', 'narrowing'] as const })
