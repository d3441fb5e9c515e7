import { noGrad, ops, scope, type Tensor } from '../torch/index.js'
import { normalised } from './nearest.js'
import { type Standard, standardised } from './standardise.js'

/** Length of the untrained network's part, that of the closed form being 1: as `smt-distilled` has its network. */
const SHARE = 0.5

/**
 * The closed form with the untrained network beside it: two sights of a picture are found more easily than one, and what that alone gives
 * is no merit of training.
 * @param closed float32 `[N, C]`
 * @param untrained float32 `[N, D]`, of which `by` has the statistics
 * @returns `[N, C + D]`
 */
export function besideUntrained(closed: Tensor, untrained: Tensor, by: Standard): Tensor {
  return noGrad(() =>
    scope(() => ops.cat([normalised(closed), normalised(standardised(untrained, by)).mul(SHARE)], 1)),
  )
}
