import { checkFeatures } from '../encode/bank.js'
import { UsageError } from '../errors.js'
import { noGrad, scope, type Tensor } from '../torch/index.js'
import { average, bootstrap, hits } from './bootstrap.js'
import { normalised, rowsAtOnce } from './nearest.js'
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
  const found = noGrad(() =>
    scope(() => {
      const first = normalised(viewsA).t()
      const second = normalised(viewsB)
      const step = rowsAtOnce(n)
      const right = new Uint8Array(n)
      for (let from = 0; from < n; from += step) {
        scope(() => {
          const rows = Math.min(step, n - from)
          const similar = second.narrow(0, from, rows).mm(first)
          const own = similar.diagonal(from)
          // a tie is no retrieval: collapsed features, all alike, must not score 1
          const rivals = similar.ge(own.unsqueeze(1)).sum([1])
          right.set(hits(rivals.toArray(), new Int32Array(rows).fill(1)), from)
        })
      }
      return right
    }),
  )
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
