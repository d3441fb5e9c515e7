import { ops, type Tensor, tensor } from '../../torch/index.js'

/**
 * Moves each picture by whole pixels, the border mirrored without repeating the edge (torchvision's "reflect").
 * @param x float32 `[N, C, H, W]`
 * @param shifts pixels down and right for each picture, less than its sides
 */
export function translate(x: Tensor, shifts: readonly (readonly [number, number])[]): Tensor {
  const [n, c, h, w] = x.shape as [number, number, number, number]
  const rows = indices(
    shifts.map(([down]) => down),
    h,
  )
  const columns = indices(
    shifts.map(([, right]) => right),
    w,
  )
  const byRow = ops.gather(x, 2, rows.reshape([n, 1, h, 1]).expand([n, c, h, w]))
  return ops.gather(byRow, 3, columns.reshape([n, 1, 1, w]).expand([n, c, h, w]))
}

/** Where each of `length` places is taken from, `[N, length]`. */
function indices(shifts: readonly number[], length: number): Tensor {
  const places = shifts.flatMap((shift) => Array.from({ length }, (_, i) => mirror(i - shift, length)))
  return tensor(BigInt64Array.from(places, BigInt), [shifts.length, length])
}

function mirror(place: number, length: number): number {
  if (length === 1) return 0
  const period = 2 * (length - 1)
  const within = ((place % period) + period) % period
  return within < length ? within : period - within
}
