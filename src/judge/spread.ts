/** How widely vectors are spread, each figure with its interval. */

import { checkFeatures } from '../encode/bank.js'
import { noGrad, ops, scope, symmetricEigen, type Tensor } from '../torch/index.js'
import { byInfluence, type Measured, mapped } from './measured.js'
import { normalised, rowsAtOnce } from './nearest.js'

/** In place of 0 where all features are; the least number of all would be flushed to 0 on some processors. */
const LEAST = 1e-300

/**
 * The effective rank of features float32 `[N, D]`, as `effectiveRank` has it: exp(H) of the shares p of the singular
 * values. A picture's influence on H is ½ Σ_i p_i (-log p_i - H) u_i², u its row of the left singular vectors: the
 * derivative of a singular value σ by the picture's weight is σ u² / 2.
 */
export function measuredRank(features: Tensor): Measured {
  const [n, d] = checkFeatures(features, 'the')
  return noGrad(() =>
    scope(() => {
      const exact = features.to('float64')
      const wide = n < d
      const [squares, vectors] = symmetricEigen(wide ? exact.mm(exact.t()) : exact.t().mm(exact))
      const singular = squares.clamp_min(0).sqrt()
      const shares = singular.div(singular.sum().clamp_min(LEAST))
      const logs = shares.add(1e-7).log()
      const entropy = shares.mul(logs).sum().neg().item()
      // a direction of no length has no left vector, and no share either
      const left = wide
        ? vectors
        : exact.mm(vectors.div(singular.clamp_min(Math.max(LEAST, 1e-9 * singular.max().item()))))
      const weights = shares.mul(logs.neg().sub(entropy)).mul(0.5)
      const influence = left.square().mv(weights).toArray()
      // the 1e-7 in the logarithms takes a collapse just below 1
      return mapped(byInfluence(entropy, influence), (one) => Math.max(1, Math.exp(one)))
    }),
  )
}

/**
 * Uniformity of features float32 `[N, D]`, N at least 2, as `uniformity` has it: the log of the mean m of a potential
 * over pairs, on which a picture with mean potential h to the others has the influence 2 (h / m - 1) / N.
 */
export function measuredUniformity(features: Tensor): Measured {
  const [n] = checkFeatures(features, 'the')
  return noGrad(() =>
    scope(() => {
      const unit = normalised(features)
      // 1, or 0 for a vector of no length, which lies on one spot with others such
      const squares = unit.square().sum([1])
      const step = rowsAtOnce(n)
      const sums = new Float64Array(n)
      for (let from = 0; from < n; from += step) {
        scope(() => {
          const rows = Math.min(step, n - from)
          const similar = unit.narrow(0, from, rows).mm(unit.t())
          // |a - b|² = |a|² + |b|² - 2 a·b; the pair of a picture with itself counts 1
          const close = similar
            .mul_(2)
            .sub_(squares)
            .sub_(squares.narrow(0, from, rows).unsqueeze(1))
          sums.set(close.mul_(2).exp_().sum([1], false, { dtype: 'float64' }).sub(1).toArray(), from)
        })
      }
      const mean = sums.reduce((sum, one) => sum + one, 0) / n
      const { value, low, high } = byInfluence(
        Math.log(mean / (n - 1)),
        sums.map((sum) => (2 * (sum / mean - 1)) / n),
      )
      // on one spot it is 0; rounding may make it more
      return { value: Math.min(0, value), low: Math.min(0, low), high: Math.min(0, Math.max(value, high)) }
    }),
  )
}

/**
 * The mean standard deviation of a channel of the unit vectors, times sqrt(D), of features float32 `[N, D]`: 1 when
 * they point every way alike, 0 when all are one (the measure that SimSiam, arXiv 2011.10566, watches a collapse by).
 */
export function measuredSpread(features: Tensor): Measured {
  const [n, d] = checkFeatures(features, 'the')
  return noGrad(() =>
    scope(() => {
      const unit = normalised(features)
      const squares = unit.sub(unit.mean([0])).square_()
      const variance = squares.mean([0])
      const deviation = variance.sqrt()
      // a silent channel has no deviation that a picture could move
      const slopes = ops.where(deviation.gt(0), deviation.mul(2 * n).reciprocal(), 0)
      const influence = squares.sub(variance).mv(slopes).div(Math.sqrt(d)).to('float64').toArray()
      return byInfluence(deviation.mean().item() * Math.sqrt(d), influence)
    }),
  )
}
