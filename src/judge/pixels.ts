import { UsageError } from '../errors.js'
import { noGrad, ops, scope, type Tensor } from '../torch/index.js'

/** Larger pictures are averaged down to this many pixels a side: more only costs time, and blurs away no shape. */
const SIDE = 32

/** The representation every other has to beat: uint8 pictures `[N, C, H, W]` as float32 `[N, C·h·w]` in [0, 1], h, w ≤ 32. */
export function pixels(images: Tensor): Tensor {
  const [n = 0, , height = 0, width = 0] = images.shape
  if (images.shape.length !== 4 || images.dtype !== 'uint8' || n === 0) {
    throw new UsageError(
      `expected pictures uint8[N, C, H, W] with N above 0, got ${images}: stack the decoded pictures`,
    )
  }
  return noGrad(() =>
    scope(() => {
      const size = [Math.min(SIDE, height), Math.min(SIDE, width)]
      const blocks: Tensor[] = []
      // large pictures would take four times their bytes as floats, so a few at a time
      const step = Math.max(1, Math.floor(32e6 / (images.numel / n)))
      for (let from = 0; from < n; from += step) {
        blocks.push(
          scope(() => {
            const scaled = images
              .narrow(0, from, Math.min(step, n - from))
              .to('float32')
              .div_(255)
            return (height > SIDE || width > SIDE ? ops.adaptive_avg_pool2d(scaled, size) : scaled).flatten(1)
          }),
        )
      }
      return ops.cat(blocks)
    }),
  )
}
