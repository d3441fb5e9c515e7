import { stream } from '../../encode/random.js'
import type { Packed } from '../../images/batches.js'

/** Noise pictures of the given sizes; the picture of an index is the same in every batch. */
export function packed(
  sizes: readonly (readonly [height: number, width: number])[],
  channels: number,
  indices?: readonly number[],
): Packed {
  const used = Int32Array.from(indices ?? sizes.keys())
  const layout: number[] = []
  const bytes: number[] = []
  for (const [i, [height, width]] of sizes.entries()) {
    layout.push(bytes.length, height, width)
    const draw = stream(99, used[i] as number)
    for (let k = 0; k < height * width * channels; k++) bytes.push(Math.floor(draw() * 256))
  }
  const parts = [Uint8Array.from(bytes)]
  return { parts, layout: Int32Array.from(layout), channels, maximum: 255, indices: used, used }
}
