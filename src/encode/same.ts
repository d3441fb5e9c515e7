/** Do pictures differ at all? A set without differences teaches nothing, whatever is done with it. */
import { noGrad, scope, type Tensor } from '../torch/index.js'

/** Of the largest value: the same picture at two sizes is resized to values that differ by less, one step of 8 bits is more. */
const ROUNDING = 1e-3

/**
 * Whether all rows of pixels `[N, …]` are the same but for rounding.
 * @param first what they are compared with, `[…]`; the first of them unless given
 */
export function allAlike(rows: Tensor, first?: Tensor): boolean {
  return noGrad(() =>
    scope(() => {
      const apart = rows
        .sub(first ?? rows.select(0, 0))
        .abs()
        .max()
        .item()
      return apart <= ROUNDING * rows.abs().max().item()
    }),
  )
}

/** Whether each of the pictures `[N, C, …]` is of one colour throughout, but for rounding. */
export function allFlat(pictures: Tensor): boolean {
  return noGrad(() =>
    scope(() => {
      const values = pictures.flatten(2)
      const apart = values
        .amax([2])
        .sub(values.amin([2]))
        .max()
        .item()
      return apart <= ROUNDING * values.abs().max().item()
    }),
  )
}
