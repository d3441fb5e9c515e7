/** Clustering: do groups that are found without labels agree with the classes? */

import { type Bank, checkBank } from '../encode/bank.js'
import { below, judgingStream } from '../encode/random.js'
import { adjustedRand, contingency, mutualInformation } from './agreement.js'
import { overDraws } from './bootstrap.js'
import { type Clustering, kmeansSteps } from './kmeans.js'
import { normalised } from './nearest.js'
import type { Progress, Score } from './score.js'
import { finish, type Steps, scoped } from './steps.js'

/** Independent runs, and starts of each, of which the one with the least inertia counts. */
const RUNS = 5
const STARTS = 3
/** Enough for one digit of the pictures' part of the variance. */
const RESAMPLES = 100

export interface ClusterScores {
  /** Normalised mutual information, arithmetic mean: 0 to 1. */
  nmi: Score
  /** Adjusted Rand index: 1 at best, about 0 by chance. */
  ari: Score
  /** Clusters: as many as there are classes among the pictures. */
  k: number
}

/**
 * k-means on unit-length features, as many clusters as there are classes, against the classes. The repeats are 5 runs,
 * each the best of 3 starts; the interval is Student's t over them with the pictures' own variance, by a bootstrap, added.
 * @throws UsageError when the bank's parts do not fit together
 */
export function clusterScores(
  bank: Bank,
  options: { seed?: number; progress?: Progress } = {},
): ClusterScores {
  return finish(clusterSteps(bank, options))
}

export function* clusterSteps(
  bank: Bank,
  { seed = 0, progress }: { seed?: number; progress?: Progress } = {},
): Steps<ClusterScores> {
  checkBank(bank, 'test')
  const { labels } = bank
  const k = Math.min(new Set(labels).size, labels.length)
  const seeds = Array.from({ length: RUNS * STARTS }, (_, i) => seed * 1009 + i)
  const all = yield* scoped(() => kmeansSteps(normalised(bank.features), k, seeds))
  progress?.(1, 2)
  const best = Array.from({ length: RUNS }, (_, run) => least(all.slice(run * STARTS, (run + 1) * STARTS)))
  const scored = (measure: (table: number[][]) => number): Score => {
    const values = best.map(({ clusters }) => measure(contingency(clusters, labels)))
    return overDraws(values, resampled(best[0] as Clustering, labels, measure, seed))
  }
  const scores = { nmi: scored(mutualInformation), ari: scored(adjustedRand), k }
  progress?.(2, 2)
  return scores
}

function least(runs: readonly Clustering[]): Clustering {
  return runs.reduce((best, run) => (run.inertia < best.inertia ? run : best))
}

/** A measure with the pictures drawn anew. */
function resampled(
  { clusters }: Clustering,
  labels: Int32Array,
  measure: (table: number[][]) => number,
  seed: number,
): number[] {
  const draw = judgingStream(seed, 0xc1b)
  return Array.from({ length: RESAMPLES }, () => {
    const rows = Int32Array.from(labels, () => below(draw, labels.length))
    return measure(
      contingency(
        rows.map((row) => clusters[row] as number),
        rows.map((row) => labels[row] as number),
      ),
    )
  })
}
