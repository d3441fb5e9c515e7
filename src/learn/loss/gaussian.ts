import { fromHost, noGrad, ops, type Tensor } from '../../torch/index.js'
import type { Output } from '../extract/extract.js'
import { normalize } from '../similarity/cosine.js'
import { type Loss, mean } from './loss.js'

type Options = {
  /** Share of the Gaussian term. */
  lambda: number
  /** Random directions a step. */
  directions: number
}

/** Places where characteristic functions are compared, as in LeJEPA's code. */
const KNOTS = 17
const REACH = 3

/**
 * Views of a picture at one point, and all points together an isotropic Gaussian (SIGReg): Balestriero & LeCun 2025 (arXiv
 * 2511.08544). No target, no stop-gradient, no negatives.
 */
export function isotropicGaussian(options: Options): Loss<Output, Options> {
  return {
    name: 'isotropic Gaussian',
    options,
    limits: { directions: 'whole' },
    pairs: 'all',
    build: ({ lambda, directions }) => ({
      compute: ({ online }, { similarity, world }) => {
        const views = [...online.values()].map(({ vector }) => vector)
        const centre = mean(views)
        const distance = mean(views.map((view) => similarity.rows(view, centre).neg().mean()))
        const dimension = centre.shape[1] as number
        const axes = noGrad(() => normalize(fromHost(() => ops.randn([directions, dimension]))).t())
        const spread = mean(views.map((view) => eppsPulley(world.gather(view), axes)))
        return spread.mul(lambda).add(distance.mul(1 - lambda))
      },
    }),
  }
}

/**
 * The Epps-Pulley statistic of a Gaussian fit along each direction, averaged: N times the weighted squared distance of the
 * empirical characteristic function from exp(-t² / 2).
 * @param x `[N, D]` @param axes unit columns `[D, M]`
 */
export function eppsPulley(x: Tensor, axes: Tensor): Tensor {
  const step = REACH / (KNOTS - 1)
  const t = ops.arange(KNOTS).to('float32').mul(step)
  const gaussian = t.square().div(-2).exp()
  const phases = x.matmul(axes).unsqueeze(2).mul(t)
  const real = phases.cos().mean([0]).sub(gaussian).square()
  const imaginary = phases.sin().mean([0]).square()
  // trapezoids over both halves of the line, under a Gaussian window
  const weighted = real.add(imaginary).mul(gaussian)
  const ends = weighted.select(1, 0).add(weighted.select(1, KNOTS - 1))
  return weighted
    .sum([1])
    .mul(2)
    .sub(ends)
    .mul(step)
    .mean()
    .mul(x.shape[0] as number)
}
