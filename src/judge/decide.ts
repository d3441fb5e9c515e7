/** Was training worth it, by a score that it never optimised? Without labels. */
import type { Clicked } from './clicks.js'
import { percentiles } from './interval.js'
import { BASELINES, type Contender } from './line.js'
import { type Measured, meanOf } from './measured.js'

/** What pictures are told by: how they are named, when they were taken, or views that no training has. */
export type Evidence = 'names' | 'times' | 'views'

/** Answers, the surest first. */
export type Verdict = 'yes' | 'probably' | 'cannot_tell' | 'no'

/** What needs no training; `beside` is the closed form with the untrained network beside it. */
export const RIVALS = [...BASELINES, 'beside'] as const
export type Rival = (typeof RIVALS)[number]
export type PerRival<T> = { learned: T } & Partial<Record<Contender | 'beside', T>>

/** How far the learned features are ahead of the best that needs no training; fractions of 1. */
export interface Ahead {
  mean: number
  /** The 95 % interval, by a paired bootstrap over the pictures. */
  low: number
  high: number
  /** The 80 % interval. */
  low80: number
  high80: number
}

export interface Decision {
  verdict: Verdict
  evidence: Evidence
  /** Pictures, or pairs, that were asked about. */
  asked: number
  /** Mean reciprocal rank by contender, the mean over all questions. */
  scores: PerRival<Measured>
  /** The best of what needs no training, by that score. */
  rival: Rival
  lead: Ahead
  /** The same in both halves of the list of pictures. */
  halves: [Ahead, Ahead]
  /** The lead over that rival by each question alone. */
  questions: Record<string, Ahead>
  /** How well clusters of some pictures foretell those of others. */
  foretold?: { learned: number; untrained: number }
  /** Why the learned features are out of the question, a clause each. */
  vetoes: string[]
  /** What sets with labels have said of the method, a main clause; absent where it was compared on too few. */
  record?: string
  /** What eyes have chosen. */
  clicked?: Clicked
}

export interface Evident {
  evidence: Evidence
  /** By question, for each picture, or pair, a number from 0 to 1, in the order of the list of pictures. */
  values: Record<string, PerRival<Float64Array>>
  foretold?: { learned: number; untrained: number }
  vetoes: readonly string[]
}

/**
 * *yes* where the learned features are ahead of the best that needs no training beyond chance (95 %) in both halves of the pictures, by each
 * question too (80 %), and their clusters foretell no worse than the untrained network's; *probably* where they are ahead by the 80 %
 * interval and behind by no question; *no* where something forbids them, or they are behind by the 80 % interval; otherwise it cannot be
 * told.
 * @returns undefined where there is no rival
 */
export function decide({ evidence, values, foretold, vetoes }: Evident, seed = 0): Decision | undefined {
  const questions = Object.values(values)
  const means = meansOf(questions)
  const entries = Object.entries(means).map(([name, own]) => [name, meanOf(own, seed)])
  const scores: PerRival<Measured> = Object.fromEntries(entries)
  const rival = RIVALS.filter((name) => scores[name]).reduce<Rival | undefined>(
    (best, name) => (best && scoreOf(scores, best) >= scoreOf(scores, name) ? best : name),
    undefined,
  )
  if (!rival) return undefined
  const apart = apartFrom(means, rival)
  const middle = apart.length >> 1
  const [first, second] = [apart.subarray(0, middle), apart.subarray(middle)]
  const decision = {
    evidence,
    asked: apart.length,
    scores,
    rival,
    lead: aheadBy(apart, seed),
    halves: [aheadBy(first, seed), aheadBy(second, seed)] as [Ahead, Ahead],
    questions: Object.fromEntries(
      Object.entries(values).map(([name, own]) => [name, aheadBy(apartFrom(own, rival), seed)]),
    ),
    ...(foretold && { foretold }),
    vetoes: [...vetoes],
  }
  return { verdict: verdictOf(decision), ...decision }
}

function verdictOf({ lead, halves, questions, foretold, vetoes }: Omit<Decision, 'verdict'>): Verdict {
  if (vetoes.length > 0 || lead.high80 < 0) return 'no'
  const each = Object.values(questions)
  const holds = foretold === undefined || foretold.learned >= foretold.untrained
  if (holds && halves.every(({ low }) => low > 0) && each.every(({ low80 }) => low80 > 0)) return 'yes'
  return lead.low80 > 0 && each.every(({ high80 }) => high80 > 0) ? 'probably' : 'cannot_tell'
}

function meansOf(questions: readonly PerRival<Float64Array>[]): PerRival<Float64Array> {
  const [first] = questions as [PerRival<Float64Array>]
  const mean = (name: keyof PerRival<Float64Array>) =>
    (first[name] as Float64Array).map(
      (_, i) => questions.reduce((sum, one) => sum + (one[name]?.[i] as number), 0) / questions.length,
    )
  const names = Object.keys(first) as (keyof PerRival<Float64Array>)[]
  return Object.fromEntries(names.map((name) => [name, mean(name)])) as PerRival<Float64Array>
}

function apartFrom(values: PerRival<Float64Array>, rival: Rival): Float64Array {
  const other = values[rival] as Float64Array
  return values.learned.map((value, i) => value - (other[i] as number))
}

function aheadBy(apart: Float64Array, seed: number): Ahead {
  const { value, low, high, repeats = [] } = meanOf(apart, seed)
  const narrow = percentiles(repeats, 0.8)
  return { mean: value, low, high, low80: narrow.low, high80: narrow.high }
}

function scoreOf(scores: PerRival<Measured>, name: Rival): number {
  return scores[name]?.value ?? Number.NEGATIVE_INFINITY
}
