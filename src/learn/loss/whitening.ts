import { fromHost, ops, type Tensor } from '../../torch/index.js'
import type { Output } from '../extract/extract.js'
import { type Loss, mean } from './loss.js'
import { unorderedPairs } from './unordered.js'

type Options = {
  /** Pictures that are whitened together; more than the dimension, or as many where `eps` is above 0. */
  slice: number
  /** Random partitions of the batch that are averaged. */
  iterations: number
  /** Share of the identity in the covariance. */
  eps: number
}

/**
 * Distance of views after whitening each slice of the batch, which leaves no room for collapse: Ermolov et al. 2020 (arXiv
 * 2007.06346), with the published code's normalised form, `2 - 2 cos`.
 */
export function whitenedDistance(options: Options): Loss<Output, Options> {
  return {
    name: 'distance after whitening',
    options,
    limits: { slice: 'whole', iterations: 'whole' },
    pairs: 'all',
    misfit: ({ slice, eps }, { part, outputs }) => {
      const together = Math.min(slice, part)
      if (eps > 0 ? together >= outputs : together > outputs) return undefined
      return `whitens ${together} pictures at a time in ${outputs} dimensions and needs more pictures than dimensions: use a larger batch, or fewer 'projector.outputs'`
    },
    build: ({ slice, iterations, eps }) => ({
      compute: (views, { similarity }) => {
        const count = ([...views.online.values()][0] as Output).vector.shape[0] as number
        const size = Math.min(slice, count)
        const terms = Array.from({ length: iterations }, () => {
          const order = fromHost(() => ops.randperm(count))
          return unorderedPairs(views).flatMap(([a, b]) =>
            Array.from({ length: Math.floor(count / size) }, (_, i) => {
              const rows = order.narrow(0, i * size, size)
              const [x, y] = [a, b].map(({ vector }) => whiten(vector.index_select(0, rows), eps)) as [
                Tensor,
                Tensor,
              ]
              return similarity.rows(x, y).mean().mul(-2).add(2)
            }),
          )
        })
        return mean(terms.flat())
      },
    }),
  }
}

/** `[n, d]` to zero mean and identity covariance by the inverse of its Cholesky factor; n above d. */
export function whiten(x: Tensor, eps: number): Tensor {
  const [n, d] = x.shape as [number, number]
  const centred = x.sub(x.mean([0], true))
  const covariance = centred
    .t()
    .matmul(centred)
    .div(n - 1)
  const regular = covariance.mul(1 - eps).add(ops.eye(d).mul(eps))
  return ops.linalg_solve_triangular(ops.linalg_cholesky(regular), centred.t(), { upper: false }).t()
}
