/** Whether pictures are found again by what no training has: decided by where there are no labels, and watched while training. */
import type { Tensor } from '../torch/index.js'
import { foreignView, halfView } from './foreign-views.js'
import type { NaturalPairs } from './natural-pairs.js'
import { reciprocalRanks } from './reciprocal-ranks.js'
import { type Whitening, whitening } from './whitened.js'

/** Principal components that are compared, and how many pictures there are for each at least. */
const COMPONENTS = 128
const PICTURES_EACH = 4

/**
 * Both views of pictures float32 `[N, C, H, W]` in [0, 1], of which `indices` are the numbers in their source.
 * @returns of the same shape
 */
export type ForeignView = (x: Tensor, indices: ArrayLike<number>, view: 0 | 1, seed: number) => Tensor

/** Views that no training has, by question. */
export const FOREIGN: Readonly<Record<'halves' | 'elsewhere', ForeignView>> = {
  halves: (x, _, view) => halfView(x, view),
  elsewhere: (x, indices, view, seed) => foreignView(x, indices, { view, seed }),
}

/** Of each picture: as it is, and both views of each question. */
export const LOOKS = 1 + 2 * Object.keys(FOREIGN).length

/**
 * What makes features comparable: at most 128 principal components of equal strength, fewer where there are fewer than 512 pictures.
 * @param known float32 `[N, D]`, of the pictures as they are
 * @throws UsageError when they are not finite
 */
export function evening(known: Tensor, seed = 0): Whitening {
  const most = Math.min(COMPONENTS, Math.floor((known.shape[0] as number) / PICTURES_EACH))
  return whitening(known, most, seed)
}

/**
 * For each pair the mean of both reciprocal ranks: of row `second` of the others where row `first` of the one looks for it, and the other way round.
 * @param one float32 `[N, D]`
 * @param other float32 `[M, D]`
 * @param same whether both are the same rows, of which none is found by itself
 * @throws UsageError as `reciprocalRanks`
 */
export function foundBothWays(
  one: Tensor,
  other: Tensor,
  { first, second }: NaturalPairs,
  same = false,
): Float64Array {
  const there = reciprocalRanks(one, other, { from: first, to: second, same })
  const back = reciprocalRanks(other, one, { from: second, to: first, same })
  return there.map((value, i) => (value + (back[i] as number)) / 2)
}
