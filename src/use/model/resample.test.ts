import { expect, test } from 'vitest'
import { centerCrops } from '../../encode/crops.js'
import type { Packed } from '../../images/batches.js'
import type { Picture } from '../../images/index.js'
import type { Preprocessing } from './preprocessing.js'
import { resample, resampleAll } from './resample.js'

/** A picture of noise and edges, the same each time. */
function picture(width: number, height: number, channels: number, maximum = 255): Picture {
  const length = width * height * channels
  const data = maximum > 255 ? new Uint16Array(length) : new Uint8Array(length)
  let state = 12345 + width * 7 + height
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    data[i] = i % 5 === 0 ? maximum : (state / 2 ** 32) * (maximum + 1)
  }
  return { data, width, height, channels }
}

const plain = (size: number, share: number, channels: number, maximum = 255): Preprocessing => ({
  size,
  share,
  channels,
  maximum,
  mean: Array(channels).fill(0),
  std: Array(channels).fill(1),
})

/** What training shows its encoder. */
function trained(
  { data, width, height, channels }: Picture,
  { size, share, maximum }: Preprocessing,
): Float32Array {
  const batch: Packed = {
    parts: [data],
    layout: Int32Array.from([0, height, width]),
    channels,
    maximum,
    indices: Int32Array.of(0),
    used: Int32Array.of(0),
  }
  const made = centerCrops(batch, size, share)
  try {
    return made.toFloat32()
  } finally {
    made.dispose()
  }
}

const SIDES: [number, number][] = [
  [1, 1],
  [1, 7],
  [5, 3],
  [32, 32],
  [33, 47],
  [96, 64],
  [97, 231],
  [640, 427],
  [1501, 1203],
]

test.each(SIDES)('a picture of %i × %i px is what the kernel of training makes of it', (width, height) => {
  let worst = 0
  const kinds = [
    [3, 255],
    [1, 255],
    [5, 4095],
    [3, 65_535],
  ] as const
  for (const [channels, maximum] of kinds.slice(0, width < 500 ? 4 : 1)) {
    const one = picture(width, height, channels, maximum)
    const sizes = [
      [33, 0.875],
      [8, 1],
      [96, 1],
    ] as const
    for (const [size, share] of sizes.slice(0, width < 500 ? 3 : 1)) {
      {
        const how = plain(size, share, channels, maximum)
        const mine = resampleAll([one], how)
        const theirs = trained(one, how)
        expect(mine.length).toBe(theirs.length)
        for (let i = 0; i < mine.length; i++)
          worst = Math.max(worst, Math.abs((mine[i] as number) - (theirs[i] as number)))
      }
    }
  }
  // over a hundred taps the kernel's own floats are off by more
  expect(worst).toBeLessThan(Math.max(width, height) < 1000 ? 1e-6 : 3e-6)
})

test('a picture that keeps its size is its own values, standardised by each channel', () => {
  const one = picture(4, 4, 3)
  const how = { ...plain(4, 1, 3), mean: [0.5, 0.25, 0], std: [0.5, 1, 2] }
  const into = new Float32Array(2 + 48)
  resample(one, how, into, 2)
  expect(Array.from(into.subarray(0, 2))).toEqual([0, 0])
  for (let channel = 0; channel < 3; channel++)
    for (let i = 0; i < 16; i++) {
      const share = (one.data[3 * i + channel] as number) / 255
      const expected = (share - (how.mean[channel] as number)) / (how.std[channel] as number)
      expect(into[2 + 16 * channel + i]).toBeCloseTo(expected, 6)
    }
})

// Pillow 9.4: Image.fromarray(uint8 row of 6).resize((3, 1), …) in mode F, by hand below 1e-5
test('other filters of strangers weigh by the distance', () => {
  const one: Picture = { data: Uint8Array.of(0, 30, 60, 90, 120, 255), width: 6, height: 1, channels: 1 }
  const how = { ...plain(3, 1, 1), whole: true, filter: 'bilinear' } as const
  const into = new Float32Array(9)
  resample(one, how, into)
  // each output is at 1, 3, 5 with a triangle of radius 2: weights 1/4, 3/4, 3/4, 1/4, of which the border leaves some out
  const expected = [
    (0.75 * 0 + 0.75 * 30 + 0.25 * 60) / 1.75,
    (0.25 * 30 + 0.75 * 60 + 0.75 * 90 + 0.25 * 120) / 2,
    (0.25 * 90 + 0.75 * 120 + 0.75 * 255) / 1.75,
  ]
  for (let y = 0; y < 3; y++)
    for (let x = 0; x < 3; x++)
      expect((into[3 * y + x] as number) * 255).toBeCloseTo(expected[x] as number, 4)
})

test('a picture of other channels is refused', () => {
  expect(() => resampleAll([picture(4, 4, 1)], plain(4, 1, 3))).toThrow(/of 3 channels, got one of 1/)
})
