import { ops } from '../../torch/index.js'
import type { Similarity } from './similarity.js'

/** The mean squared difference of the components, negated so that more is more alike. */
export const squaredDistance: Similarity = {
  name: 'squared distance',
  rows: (a, b) => a.sub(b).square().mean([-1]).neg(),
  matrix: (a, b) =>
    ops
      .cdist(a, b)
      .square()
      .div(a.shape.at(-1) as number)
      .neg(),
}
