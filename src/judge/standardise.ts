import { noGrad, ops, scope, symmetricEigen, type Tensor } from '../torch/index.js'

/** What `standardised` subtracts and divides by, `[D]` each. */
export interface Standard {
  mean: Tensor
  deviation: Tensor
}

/** A column varying less than this share of the typical one is noise that must not be blown up to full size. */
const FLOOR = 1e-3

/** The statistics of a training set's features `[N, D]`. */
export function standard(features: Tensor): Standard {
  return scope(() => {
    const [n = 1] = features.shape
    const mean = features.mean([0])
    // row blocks: `std` over the outer dimension is ten times slower than a product with ones
    const square = ops.zeros_like(mean)
    for (let from = 0; from < n; from += 4096) {
      scope(() => {
        const centred = features.narrow(0, from, Math.min(4096, n - from)).sub(mean)
        square.add_(centred.mul_(centred).sum([0]))
      })
    }
    const deviation = square.div(n).sqrt()
    // collapsed features differ only by rounding, 1e-7 of their size: they must stay nothing
    const size = mean.square().mean().sqrt().item()
    const floor = Math.max(FLOOR * deviation.mean().item(), 1e-5 * size, 1e-12)
    return { mean, deviation: deviation.clamp_min(floor) }
  })
}

/** Features `[N, D]` with mean 0 and deviation 1 by the given statistics. */
export function standardised(features: Tensor, { mean, deviation }: Standard): Tensor {
  return scope(() => features.sub(mean).div_(deviation))
}

/**
 * An orthonormal basis `[D, R]` of the row space of centred features `[N, D]`, R = min(N, D), in which the columns are
 * uncorrelated, and the mean square of each, `[R]`. An L2 penalty is the same in it, and a diagonal scaling in it is a
 * full one outside: that is why fits take tens of steps and not thousands.
 */
export function principalBasis(features: Tensor): { basis: Tensor; energy: Tensor } {
  return noGrad(() =>
    scope(() => {
      const [n = 1, d = 1] = features.shape
      if (n <= d) {
        const [, singular, right] = ops.linalg_svd(features, false)
        return { basis: right.t().contiguous(), energy: singular.square().div(n) }
      }
      const [values, vectors] = symmetricEigen(features.t().mm(features).div(n))
      return { basis: vectors, energy: values.clamp_min(0) }
    }),
  )
}
