/** Views that no training has: what finds one by the other has to know what a picture shows, or how it is made. */
import { judgingStream } from '../encode/random.js'
import { ops, scope, type Tensor, tensor } from '../torch/index.js'

/** How far a picture is moved, and which share of its sides is covered. */
const WARP = { turn: 0.45, scale: 0.15, shear: 0.3, shift: 0.15, tilt: 0.2 }
const COVERED = 0.5
/** ITU-R BT.601. */
const LUMA = [0.299, 0.587, 0.114]

/**
 * A picture as if seen from elsewhere, in grey, with a square over it of half its side and of the mean of what is still seen: turned by up to 26°,
 * sheared, tilted in perspective, moved and scaled.
 * @param x pictures float32 `[N, C, H, W]` in [0, 1]
 * @param indices of the pictures in their source, `[N]`, on which and on `view` and `seed` alone it depends how they are altered
 */
export function foreignView(
  x: Tensor,
  indices: ArrayLike<number>,
  { view, seed = 0 }: { view: number; seed?: number },
): Tensor {
  const [n = 0, , height = 0, width = 0] = x.shape
  const draws = Array.from(indices, (index) => judgingStream(seed, 0xf0e1, index, view))
  return scope(() => {
    const matrices = draws.flatMap((draw) => homography(() => 2 * draw() - 1))
    const corners = draws.map((draw) => [draw(), draw()] as const)
    const seen = ops.grid_sampler(
      inGrey(x),
      places(tensor(Float32Array.from(matrices), [n, 3, 3]), height, width),
      BILINEAR,
      REFLECTED,
      false,
    )
    return covered(seen, corners)
  })
}

/**
 * One half of each picture, the left of view 0 and the right of view 1, as wide as the whole, in grey.
 * @param x pictures float32 `[N, C, H, W]` in [0, 1], W at least 2
 */
export function halfView(x: Tensor, view: number): Tensor {
  const [, , height = 0, width = 0] = x.shape
  const half = width >> 1
  return scope(() =>
    ops.upsample_bilinear2d(
      inGrey(x)
        .narrow(3, view * (width - half), half)
        .contiguous(),
      [height, width],
      false,
    ),
  )
}

/** Of libtorch's grid_sampler. */
const BILINEAR = 0
const REFLECTED = 2

/** Rows of a matrix that takes places of the view, from -1 to 1, to those of the picture. @param draw from -1 to 1 */
function homography(draw: () => number): number[] {
  const { turn, scale, shear, shift, tilt } = WARP
  const angle = turn * draw()
  const size = 1 + scale * draw()
  const [cos, sin] = [size * Math.cos(angle), size * Math.sin(angle)]
  return [
    ...[cos, shear * draw() - sin, shift * draw()],
    ...[sin, cos, shift * draw()],
    ...[tilt * draw(), tilt * draw(), 1],
  ]
}

/** `[N, H, W, 2]`: where in the picture each place of the view lies. */
function places(matrices: Tensor, height: number, width: number): Tensor {
  const middles = (length: number) => Array.from({ length }, (_, i) => (2 * i + 1) / length - 1)
  const across = middles(width)
  const view = tensor(Float32Array.from(middles(height).flatMap((y) => across.flatMap((x) => [x, y, 1]))), [
    height * width,
    3,
  ])
  const moved = ops.matmul(view, matrices.transpose(1, 2))
  return moved
    .narrow(2, 0, 2)
    .div(moved.narrow(2, 2, 1))
    .unflatten(1, [height, width])
}

/** With all colours equal; pictures of other than three channels stay. */
function inGrey(x: Tensor): Tensor {
  if (x.shape[1] !== LUMA.length) return x
  return x
    .mul(tensor(LUMA, [1, LUMA.length, 1, 1]))
    .sum([1], true)
    .expand(x.shape)
    .contiguous()
}

/** Where a square lies over it, each channel has its mean over the rest. @param corners from 0 to 1: the square's place, down and across */
function covered(x: Tensor, corners: readonly (readonly [number, number])[]): Tensor {
  const [n = 0, , height = 0, width = 0] = x.shape
  const inside = (share: number, length: number) => {
    const from = Math.round(share * (1 - COVERED) * length)
    const to = from + Math.round(COVERED * length)
    return Float32Array.from({ length }, (_, i) => (i >= from && i < to ? 1 : 0))
  }
  const line = (at: 0 | 1, length: number) =>
    tensor(Float32Array.from(corners.flatMap((corner) => [...inside(corner[at], length)])), [n, length])
  const square = line(0, height).unsqueeze(2).mul(line(1, width).unsqueeze(1)).unsqueeze(1)
  const open = square.neg().add(1)
  const mean = x
    .mul(open)
    .sum([2, 3], true)
    .div(open.sum([2, 3], true).clamp_min(1))
  return x.mul(open).add(mean.mul(square))
}
