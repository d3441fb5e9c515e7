/** Where a patch lies: position embeddings `[1, 1 + side², dim]`, the class token's first, then the grid row by row. */
import { UsageError } from '../errors.js'
import { ops, type Tensor, tensor } from '../torch/index.js'

/** Wave lengths of the sines rise to 2π times this: Vaswani et al. 2017. */
const TEMPERATURE = 10_000

/**
 * Fixed two-dimensional sines and cosines, MAE's order: the first half of `dim` tells the column, the second the row,
 * each half its sines first; the class token has none. He et al. 2021 (arXiv 2111.06377).
 * @throws UsageError when `dim` is no multiple of 4
 */
export function sineCosine(dim: number, side: number): Tensor {
  if (dim % 4 !== 0) {
    throw new UsageError(`sine-cosine positions need a width that is a multiple of 4, but got ${dim}`)
  }
  const quarter = dim / 4
  const values = new Float64Array((1 + side * side) * dim)
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const start = (1 + row * side + column) * dim
      for (let i = 0; i < quarter; i++) {
        const frequency = TEMPERATURE ** (-i / quarter)
        values[start + i] = Math.sin(column * frequency)
        values[start + quarter + i] = Math.cos(column * frequency)
        values[start + 2 * quarter + i] = Math.sin(row * frequency)
        values[start + 3 * quarter + i] = Math.cos(row * frequency)
      }
    }
  }
  return tensor(values, [1, 1 + side * side, dim], 'float32')
}

/** DINO adds this to the wanted side before dividing; its weights were trained so. */
const OFFSET = 0.1

/**
 * Positions for a grid of another size, by DINO's bicubic interpolation of the patches' part: Caron et al. 2021
 * (arXiv 2104.14294). Differentiable. `[1, 1 + side², dim]` to `[1, 1 + height·width, dim]`.
 */
export function resizePositions(positions: Tensor, height: number, width: number): Tensor {
  const [, count = 0, dim = 0] = positions.shape
  const side = Math.sqrt(count - 1)
  if (height === side && width === side) return positions
  const grid = positions
    .narrow(1, 1, count - 1)
    .view([1, side, side, dim])
    .permute([0, 3, 1, 2])
  const scales = [(height + OFFSET) / side, (width + OFFSET) / side] as const
  const resized = ops.upsample_bicubic2d(grid, [height, width], false, ...scales)
  return ops.cat([positions.narrow(1, 0, 1), resized.flatten(2).transpose(1, 2)], 1)
}
