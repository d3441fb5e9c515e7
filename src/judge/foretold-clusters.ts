import { UsageError } from '../errors.js'
import { noGrad, ops, scope, type Tensor, tensor } from '../torch/index.js'
import { adjustedRand, contingency } from './agreement.js'
import { average } from './bootstrap.js'
import { kmeans } from './kmeans.js'
import { normalised } from './nearest.js'

/** Numbers of clusters that are tried, as far as the pictures allow. */
const COUNTS = [10, 30]
/** Starts, of which the one with the least inertia counts. */
const STARTS = 3
/** A cluster of fewer pictures on average says nothing. */
const LEAST_EACH = 5

/**
 * Prediction strength (Tibshirani & Walther 2005), adjusted for chance: both halves of the pictures are clustered by k-means, and those of
 * the second half are put to the nearest centre of the first. The adjusted Rand index of that and their own clusters, the mean over 10
 * and 30 clusters: 1 at best, about 0 by chance.
 * @param first features of one half, float32 `[N, D]`; the length of vectors does not count
 * @param second of the other, `[M, D]`
 * @throws UsageError when a half has too few pictures for any number of clusters
 */
export function foretoldClusters(first: Tensor, second: Tensor, seed = 0): number {
  const least = Math.min(first.shape[0] as number, second.shape[0] as number)
  const counts = COUNTS.filter((count) => count * LEAST_EACH <= least)
  if (counts.length === 0) {
    throw new UsageError(
      `expected at least ${LEAST_EACH * (COUNTS[0] as number)} pictures in each half, got ${least}: use more pictures`,
    )
  }
  const seeds = Array.from({ length: STARTS }, (_, i) => seed * 1009 + i)
  return noGrad(() =>
    scope(() => {
      const [a, b] = [normalised(first), normalised(second)]
      return average(
        counts.map((count) => {
          const [own, theirs] = [best(b, count, seeds), best(a, count, seeds)]
          const told = scope(() => nearestOf(b, centresOf(a, theirs, count)))
          return adjustedRand(contingency(told, own))
        }),
      )
    }),
  )
}

function best(features: Tensor, count: number, seeds: readonly number[]): Int32Array {
  return kmeans(features, count, seeds).reduce((one, other) => (other.inertia < one.inertia ? other : one))
    .clusters
}

/** Means of the clusters' pictures, `[k, D]`; those of an empty one are 0. */
function centresOf(features: Tensor, clusters: Int32Array, count: number): Tensor {
  const [n = 0] = features.shape
  const one = ops
    .zeros([count, n])
    .scatter_(0, tensor(clusters, undefined, 'int32').to('int64').unsqueeze(0), 1)
  return one.mm(features).div(one.sum([1], true).clamp_min(1))
}

function nearestOf(features: Tensor, centres: Tensor): number[] {
  const distances = features
    .mm(centres.t())
    .mul(-2)
    .add(centres.square().sum([1]))
  return (distances.min(1) as [Tensor, Tensor])[1].to('float64').toArray()
}
