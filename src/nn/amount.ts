/** Numbers that change from step to step, as what is recorded and repeated on a device takes them, too. */
import { hasOperator, operator, ops, type Tensor } from '../torch/index.js'

const multiplyAll = operator('_foreach_mul_')

/** A number, or a tensor of one (float64 `[]`) that is written into before each repetition. */
export type Amount = number | Tensor

export function product(a: Amount, b: Amount): Amount {
  if (typeof a !== 'number') return a.mul(b as Tensor)
  return typeof b === 'number' ? a * b : b.mul(a)
}

/** `1 - amount`. */
export function complement(amount: Amount): Amount {
  return typeof amount === 'number' ? 1 - amount : amount.neg().add(1)
}

/** Multiplies float32 tensors, if there are any, in place. */
export function scale(list: readonly Tensor[], by: Amount): void {
  if (list.length === 0) return
  if (typeof by === 'number') ops._foreach_mul_(list, by)
  // in one kernel, which libtorch has since 2.1
  else if (hasOperator('aten::_foreach_mul_', 'Tensor')) multiplyAll(list, by.to('float32'))
  else ops._foreach_mul_(list, Array<Tensor>(list.length).fill(by))
}

/** `list += by * other` for float32 tensors, if there are any, in place. */
export function addScaled(list: readonly Tensor[], other: readonly Tensor[], by: Amount): void {
  if (list.length === 0) return
  if (typeof by === 'number') {
    ops._foreach_add_(list, other, { alpha: by })
    return
  }
  const scaled = ops._foreach_mul(other, 1)
  scale(scaled, by)
  ops._foreach_add_(list, scaled)
}
