import { ops, type Tensor } from '../../torch/index.js'
import type { Output } from '../extract/extract.js'
import { type Loss, mean, sum } from './loss.js'
import { unorderedPairs } from './unordered.js'

type Options = { invariance: number; variance: number; covariance: number }

const EPS = 1e-4

/**
 * Keeps two views close, every component's deviation above 1 and components uncorrelated: Bardes et al. 2021 (arXiv
 * 2105.04906), eq. 6, with the published code's halves: the variance of both views is averaged, covariances are summed.
 */
export function varianceCovariance(options: Options): Loss<Output, Options> {
  return {
    name: 'variance, invariance, covariance',
    options,
    pairs: 'all',
    build: ({ invariance, variance, covariance }) => ({
      compute: (views, { similarity, world }) =>
        mean(
          unorderedPairs(views).map(([one, other]) => {
            const [a, b] = [world.gather(one.vector), world.gather(other.vector)]
            return sum([
              similarity.rows(a, b).mean().neg().mul(invariance),
              hinge(a).add(hinge(b)).div(2).mul(variance),
              offDiagonal(a).add(offDiagonal(b)).mul(covariance),
            ])
          }),
        ),
    }),
  }
}

/** How far deviations fall short of 1, on average. */
function hinge(x: Tensor): Tensor {
  return ops
    .sqrt(x.var([0]).add(EPS))
    .neg()
    .add(1)
    .relu()
    .mean()
}

/** Squared covariances of different components, over the dimension. */
function offDiagonal(x: Tensor): Tensor {
  const [n, d] = x.shape as [number, number]
  const centred = x.sub(x.mean([0], true))
  const matrix = centred
    .t()
    .matmul(centred)
    .div(n - 1)
  return matrix.square().sum().sub(matrix.diagonal().square().sum()).div(d)
}
