import { checkFeatures } from '../encode/bank.js'
import { UsageError } from '../errors.js'
import { noGrad, scope, type Tensor } from '../torch/index.js'
import { average, bootstrap } from './bootstrap.js'
import { normalised } from './nearest.js'
import { reciprocalRanks } from './reciprocal-ranks.js'
import type { Score } from './score.js'
import { measuredRank, measuredUniformity } from './spread.js'

/**
 * RankMe (Garrido et al., arXiv 2210.02885): exp of the entropy of the singular values' shares, from 1 (collapsed) to
 * min(N, D). Features float32 `[N, D]`, taken as they are: not centred.
 */
export function effectiveRank(features: Tensor): number {
  return measuredRank(features).value
}

/**
 * Mean squared distance of the unit vectors of two views of the same pictures, float32 `[N, D]` each; 0 (the same) to 4
 * (Wang & Isola 2020, arXiv 2005.10242, alpha = 2).
 */
export function alignment(a: Tensor, b: Tensor): number {
  return average(Array.from(alignments(a, b)))
}

/** The squared distances that `alignment` averages, one a picture. */
export function alignments(a: Tensor, b: Tensor): Float64Array {
  checkViews(a, b)
  return noGrad(() =>
    scope(() => Float64Array.from(normalised(a).sub(normalised(b)).square().sum([1]).toArray())),
  )
}

/**
 * Log of the mean Gaussian potential exp(-2 · distance²) over all pairs of different pictures' unit vectors, float32
 * `[N, D]`; 0 when all are the same, lower when they fill the sphere (Wang & Isola 2020, t = 2).
 */
export function uniformity(features: Tensor): number {
  const [n] = checkFeatures(features, 'the')
  if (n < 2) throw new UsageError(`expected features of at least 2 pictures, got ${n}: use more pictures`)
  return measuredUniformity(features).value
}

/**
 * The measure for pictures without labels: the share of pictures whose second view's most similar first view, of all
 * pictures' first views, is its own. Views float32 `[N, D]` each; the repeats are a bootstrap over the pictures.
 */
export function retrieval(viewsA: Tensor, viewsB: Tensor, options: { seed?: number } = {}): Score {
  const [n] = checkViews(viewsA, viewsB)
  const own = Array.from({ length: n }, (_, row) => row)
  const ranks = reciprocalRanks(viewsB, viewsA, { from: own, to: own })
  const found = Uint8Array.from(ranks, (rank) => (rank === 1 ? 1 : 0))
  return bootstrap([found], options.seed ?? 0)
}

function checkViews(a: Tensor, b: Tensor): [number, number] {
  const shape = checkFeatures(a, 'first view')
  const other = checkFeatures(b, 'second view')
  if (shape[0] !== other[0] || shape[1] !== other[1]) {
    throw new UsageError(
      `expected two views of the same pictures, got [${shape}] and [${other}]: embed both views of each picture`,
    )
  }
  return shape
}
