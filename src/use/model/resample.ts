/** A picture as an encoder is shown it, in plain JavaScript: the numbers of training's own kernel, here, in Node and in browsers. */
import type { Picture } from '../../images/picture.js'
import type { Preprocessing } from './preprocessing.js'
import { type Weights, weightsOf } from './resample-weights.js'

/** Where of a picture, px. */
interface Box {
  top: number
  left: number
  height: number
  width: number
}

/**
 * The centred square of a picture (or all of it, where the encoder wants that), resized and standardised.
 * @param into float32 `[C, size, size]` from `at` on
 * @throws RangeError where the picture has other channels than the encoder's
 */
export function resample(
  picture: Pick<Picture, 'data' | 'width' | 'height' | 'channels'>,
  how: Preprocessing,
  into: Float32Array,
  at = 0,
): void {
  const { size, channels, filter = 'bicubic' } = how
  if (picture.channels !== channels)
    throw new RangeError(`expected pictures of ${channels} channels, got one of ${picture.channels}`)
  const box = boxOf(picture, how)
  const rows = scratch(box.width * channels)
  const down = weightsOf(box.height, size, filter)
  const across = weightsOf(box.width, size, filter)
  for (let y = 0; y < size; y++) {
    blend(picture, box, down, y, rows)
    for (let channel = 0; channel < channels; channel++) {
      squeeze(rows, channel, channels, across, how, into, at + (channel * size + y) * size)
    }
  }
}

/** Pictures one after another, as an encoder takes them. @returns float32 `[N, C, size, size]` */
export function resampleAll(pictures: readonly Picture[], how: Preprocessing): Float32Array {
  const each = how.channels * how.size * how.size
  const all = new Float32Array(pictures.length * each)
  for (const [i, picture] of pictures.entries()) resample(picture, how, all, i * each)
  return all
}

function boxOf({ width, height }: { width: number; height: number }, { share, whole }: Preprocessing): Box {
  if (whole) return { top: 0, left: 0, height, width }
  const side = Math.max(1, Math.round(Math.min(height, width) * share))
  return {
    top: Math.floor((height - side) / 2),
    left: Math.floor((width - side) / 2),
    height: side,
    width: side,
  }
}

let row = new Float32Array(0)

/** One row before it is resized across; one is enough, as nothing here waits. */
function scratch(length: number): Float32Array {
  if (row.length < length) row = new Float32Array(length)
  return row
}

/** A weighted sum of rows of the picture; four at a time, so that each sum is read and written once for them. */
function blend(
  picture: Pick<Picture, 'data' | 'width' | 'channels'>,
  box: Box,
  down: Weights,
  y: number,
  to: Float32Array,
): void {
  const { data, width, channels } = picture
  const stride = width * channels
  const length = box.width * channels
  const { values } = down
  let count = down.counts[y] as number
  let weight = down.starts[y] as number
  let from = (box.top + (down.firsts[y] as number)) * stride + box.left * channels
  if (count === 1) {
    const only = values[weight] as number
    for (let i = 0; i < length; i++) to[i] = only * (data[from + i] as number)
    return
  }
  to.fill(0, 0, length)
  for (; count >= 4; count -= 4, weight += 4, from += 4 * stride) {
    const a = values[weight] as number
    const b = values[weight + 1] as number
    const c = values[weight + 2] as number
    const d = values[weight + 3] as number
    const second = from + stride
    const third = second + stride
    const fourth = third + stride
    for (let i = 0; i < length; i++) {
      to[i] =
        (to[i] as number) +
        a * (data[from + i] as number) +
        b * (data[second + i] as number) +
        c * (data[third + i] as number) +
        d * (data[fourth + i] as number)
    }
  }
  for (; count > 0; count--, weight++, from += stride) {
    const a = values[weight] as number
    for (let i = 0; i < length; i++) to[i] = (to[i] as number) + a * (data[from + i] as number)
  }
}

/** One row of one channel, clipped to [0, 1] as bicubic overshoots, then standardised. */
function squeeze(
  from: Float32Array,
  channel: number,
  channels: number,
  across: Weights,
  { size, maximum, mean, std }: Preprocessing,
  into: Float32Array,
  at: number,
): void {
  const { firsts, counts, starts, values } = across
  const middle = mean[channel] as number
  const spread = 1 / (std[channel] as number)
  const gain = 1 / maximum
  for (let x = 0; x < size; x++) {
    const count = counts[x] as number
    let weight = starts[x] as number
    let pixel = (firsts[x] as number) * channels + channel
    let sum = 0
    for (let i = 0; i < count; i++, weight++, pixel += channels)
      sum += (values[weight] as number) * (from[pixel] as number)
    const value = sum * gain
    into[at + x] = ((value < 0 ? 0 : value > 1 ? 1 : value) - middle) * spread
  }
}
