/** Was training worth it, by a score that it never optimised? Without labels. */
import { percentiles } from './interval.js'
import { BASELINES, type Baseline, type Contender, type PerContender } from './line.js'
import { type Measured, meanOf } from './measured.js'

/** What pictures are told by: how they are named, or views that no training has. */
export type Evidence = 'names' | 'views'

/** Answers, the surest first. */
export type Verdict = 'yes' | 'probably' | 'cannot_tell' | 'no'

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
  /** Mean reciprocal rank by contender. */
  scores: PerContender<Measured>
  /** The best of what needs no training, by that score. */
  rival: Baseline
  lead: Ahead
  /** The same in both halves of the list of pictures. */
  halves: [Ahead, Ahead]
  /** How well clusters of some pictures foretell those of others, beside the untrained network; absent where pictures were too few. */
  foretold?: { learned: number; untrained: number }
  /** Why the learned features are out of the question, a clause each. */
  vetoes: string[]
}

export interface Evident {
  evidence: Evidence
  /** For each picture, or pair, a number from 0 to 1, in the order of the list of pictures. */
  values: PerContender<Float64Array>
  foretold?: { learned: number; untrained: number }
  vetoes: readonly string[]
}

/**
 * *yes* where the learned features are ahead of the best that needs no training beyond chance (95 %) in both halves of the pictures, and
 * their clusters foretell no worse than the untrained network's; *probably* where they are ahead by the 80 % interval; *no* where something
 * forbids them, or they are behind by the 80 % interval; otherwise it cannot be told.
 * @returns undefined where there is no baseline
 */
export function decide({ evidence, values, foretold, vetoes }: Evident, seed = 0): Decision | undefined {
  const scores = Object.fromEntries(
    Object.entries(values).map(([name, own]) => [name, meanOf(own, seed)]),
  ) as PerContender<Measured>
  const rival = BASELINES.filter((name) => scores[name]).reduce<Baseline | undefined>(
    (best, name) => (best && scoreOf(scores, best) >= scoreOf(scores, name) ? best : name),
    undefined,
  )
  if (!rival) return undefined
  const other = values[rival] as Float64Array
  const apart = values.learned.map((value, i) => value - (other[i] as number))
  const middle = apart.length >> 1
  const halves = [apart.subarray(0, middle), apart.subarray(middle)].map((part) => aheadBy(part, seed))
  const about = { evidence, asked: apart.length, scores, rival, lead: aheadBy(apart, seed) }
  const decision = {
    ...about,
    halves: halves as [Ahead, Ahead],
    ...(foretold && { foretold }),
    vetoes: [...vetoes],
  }
  return { verdict: verdictOf(decision), ...decision }
}

function verdictOf({ lead, halves, foretold, vetoes }: Omit<Decision, 'verdict'>): Verdict {
  if (vetoes.length > 0 || lead.high80 < 0) return 'no'
  const holds = foretold === undefined || foretold.learned >= foretold.untrained
  if (halves.every(({ low }) => low > 0) && holds) return 'yes'
  return lead.low80 > 0 ? 'probably' : 'cannot_tell'
}

function aheadBy(apart: Float64Array, seed: number): Ahead {
  const { value, repeats = [] } = meanOf(apart, seed)
  const wide = percentiles(repeats)
  const narrow = percentiles(repeats, 0.8)
  return { mean: value, low: wide.low, high: wide.high, low80: narrow.low, high80: narrow.high }
}

function scoreOf(scores: PerContender<Measured>, name: Contender): number {
  return scores[name]?.value ?? Number.NEGATIVE_INFINITY
}
