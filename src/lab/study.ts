/** A study is data: a base run, the rows that change it, what was published, and the claims it puts to the test. */

import type { CollapseState } from '../learn/collapse.js'
import type { Method } from '../learn/method.js'
import type { PresetName } from '../learn/presets.js'
import type { Overrides } from '../learn/settings.js'
import type { View } from '../learn/settings-schema.js'
import type { Measure } from './result.js'

/** Budgets that `selfsame study --budget` chooses from. */
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
  /** The file of a user's own study. */
  file?: string
  title: string
  /** The claim of the articles, in a sentence or two. */
  question: string
  base: Base
  rows: readonly Row[]
  /** Columns of published figures. */
  published: readonly PublishedColumn[]
  claims: readonly Claim[]
  /** What a reader has to know to read the table. */
  notes?: readonly string[]
  /** Other numbers than the budgets', where the study needs them. */
  spending?: Partial<Record<BudgetName, Partial<Spending>>>
}

/** What all rows begin with, before their own changes. */
export interface Base {
  data: string
  /** By name, or one made of parts for the study. */
  method: string | Method
  /** Changes to the preset `small`. */
  change: Overrides
  /** The paper's own run, which `--paper` writes. */
  paper: { preset: PresetName; data: string; change: Overrides }
}

export interface Row {
  /** Unique in the study. */
  name: string
  /** Another method than the base's. */
  method?: string | Method
  change?: Overrides
  /** Applied to each of the method's views. */
  views?: (view: View) => View
  /** Further changes for the paper's own run, such as a batch of 4096. */
  paper?: Overrides
  /** Judged without training. */
  untrained?: true
  /** Layers of the projector that are judged as well, each on top of those before. */
  readouts?: number
  /** Rows of one family share a spread over seeds; without families all rows do. */
  family?: string
  /** One for each column of `Study.published`; words where the paper has no figure. */
  published?: readonly (number | string | null)[]
}

export interface PublishedColumn {
  title: string
  source: string
}

/** A statement on the rows that figures decide. */
export type Claim = Contrast | State

interface Statement {
  says: string
  /** Why it may not hold at this scale; shown where it did not. */
  otherwise?: string
}

export interface Term {
  row: string
  weight: number
  /** `linear` unless given. */
  measure?: Measure
}

/** A weighted sum of rows' means lies between `from` and `to`: percentage points for shares, else units of the measure. */
export interface Contrast extends Statement {
  of: readonly Term[]
  from?: number
  to?: number
}

/** All seeds of the rows end in one of the states. */
export interface State extends Statement {
  rows: readonly string[]
  states: readonly CollapseState[]
}

/** A contrast without its sentence. */
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

/** From its first row to its second, the first pair loses more than the other pair does. */
export function fallsFurther(
  [from, to]: readonly [string, string],
  [otherFrom, otherTo]: readonly [string, string],
  measure: Measure = 'linear',
): Bounds {
  return { of: [...difference(from, to, measure), ...difference(otherTo, otherFrom, measure)], from: 0 }
}

export const collapsed = (...rows: string[]) => ({ rows, states: ['collapsed'] as const })
export const notCollapsed = (...rows: string[]) => ({ rows, states: ['healthy', 'narrowing'] as const })
