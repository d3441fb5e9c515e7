import type { Values } from '../picture.js'
import { checkIndex, type Source } from '../source.js'

/** A whole set in memory, all pictures of one size. */
export interface Pixels {
  name: string
  /** 'train' or 'test', for messages */
  part: string
  /** `[N, height, width, channels]`, 0 to `maximum` */
  data: Values
  /** value of full brightness; 255 unless given, and above only with 16-bit values */
  maximum?: number
  /** px */
  height: number
  /** px */
  width: number
  channels: number
  /** `[N]` */
  labels?: Int32Array
  classes?: readonly string[]
}

/** Reads pictures out of one array, without a copy. */
export function pixelSource(pixels: Pixels): Source {
  const { name, part, data, maximum = 255, height, width, channels, labels, classes } = pixels
  const length = height * width * channels
  const source: Source = {
    name,
    size: data.length / length,
    channels,
    maximum,
    nativeSize: Math.min(height, width),
    ...(labels && classes && { labels, classes }),
    describe: (index) => `${part} picture ${index}`,
    read: (index) =>
      new Promise((resolve) => {
        checkIndex(source, index)
        resolve({ data: data.subarray(index * length, (index + 1) * length), width, height, channels })
      }),
  }
  return source
}
