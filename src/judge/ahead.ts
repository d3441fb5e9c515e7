/** How far training is ahead of what needs none. */
import { type Difference, difference } from './difference.js'
import { BASELINES, type Baseline, type PerContender } from './line.js'
import type { Score } from './score.js'

export interface Lead extends Difference {
  /** The best of those that no gradient was taken for. */
  rival: Baseline
}

/** The lead of the learned features over the best of the baselines that were judged; undefined where none was. */
export function aheadOf(scores: PerContender<Score>): Lead | undefined {
  const judged = BASELINES.flatMap((rival) => {
    const score = scores[rival]
    return score && Number.isFinite(score.mean) ? [{ rival, score }] : []
  })
  const [first, ...others] = judged
  if (!first) return undefined
  const best = others.reduce((most, one) => (one.score.mean > most.score.mean ? one : most), first)
  return { rival: best.rival, ...difference(scores.learned, best.score) }
}
