import type { Draw } from '../../encode/random.js'
import { pixelSource } from '../../images/arrays/pixels.js'
import type { Source } from '../../images/index.js'

const SIDE = 8

/** Grey pictures of noise, 8 px a side, with a class each where `labels` gives one. */
export function noise(draw: Draw, count: number, labels?: (index: number) => number): Source {
  return {
    ...pixelSource({
      name: 'noise',
      part: 'train',
      data: Uint8Array.from({ length: count * SIDE * SIDE }, () => Math.floor(draw() * 256)),
      height: SIDE,
      width: SIDE,
      channels: 1,
    }),
    ...(labels && { labels: Int32Array.from({ length: count }, (_, i) => labels(i)) }),
  }
}
