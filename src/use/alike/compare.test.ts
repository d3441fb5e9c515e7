import sharp from 'sharp'
import { expect, test } from 'vitest'
import { madePicture, thumbnailOf } from '../testing/made-pictures.js'
import { compare } from './compare.js'
import { type Affine, fitted } from './fit.js'
import { lookOf } from './look.js'
import type { Plane } from './plane.js'
import { relations } from './relation.js'

const waves = (width: number, height: number, at: (x: number, y: number) => [number, number]): Plane => ({
  width,
  height,
  values: Float32Array.from({ length: width * height }, (_, i) => {
    const [u, v] = at((i % width) + 0.5, Math.floor(i / width) + 0.5)
    return 100 + 40 * Math.sin(u / 4) + 40 * Math.cos(v / 5 + u / 9)
  }),
})

test('an affine map is found to a tenth of a pixel from a place two pixels off, whatever the light', () => {
  const map: Affine = [0.98, 0.03, 7.3, -0.03, 0.98, 4.6]
  const [a, b, c, d, e, f] = map
  const frame = waves(60, 50, (x, y) => [x, y])
  const part = waves(40, 30, (x, y) => [a * x + b * y + c, d * x + e * y + f])
  const darker = { ...part, values: part.values.map((value) => 0.7 * value + 10) }
  const found = fitted(frame, darker, [1, 0, 6, 0, 1, 6])
  for (const [x, y] of [
    [0, 0],
    [40, 0],
    [0, 30],
    [40, 30],
  ] as const) {
    expect(found[0] * x + found[1] * y + found[2]).toBeCloseTo(a * x + b * y + c, 1)
    expect(found[3] * x + found[4] * y + found[5]).toBeCloseTo(d * x + e * y + f, 1)
  }
})

const original = await madePicture(1)
const [width, height] = [240, 180]

async function against(change: (image: sharp.Sharp) => sharp.Sharp) {
  const copy = await change(sharp(original)).jpeg({ quality: 70 }).toBuffer()
  const size = await sharp(copy).metadata()
  const first = { look: await lookOf(await thumbnailOf(original), 'a'), width, height }
  const second = { look: await lookOf(await thumbnailOf(copy), 'b'), width: size.width, height: size.height }
  const match = compare(first.look, second.look)
  return { score: match?.score ?? 0, words: match && relations(match, first, second) }
}

test.each<[string, (image: sharp.Sharp) => sharp.Sharp, string[]]>([
  ['written anew', (image) => image, ['re-encoded']],
  ['at half its size', (image) => image.resize(120), ['scaled to 50 %']],
  // 0.8 · 0.8 of the area
  ['cut', (image) => image.extract({ left: 30, top: 20, width: 192, height: 144 }), ['cropped to 64 %']],
  ['mirrored', (image) => image.flop(), ['mirrored']],
  ['turned', (image) => image.rotate(90), ['turned by 90°']],
  ['upside down', (image) => image.flip(), ['mirrored top to bottom']],
  ['lighter', (image) => image.modulate({ brightness: 1.25 }), ['recoloured']],
  ['grey', (image) => image.greyscale().toColourspace('srgb'), ['recoloured']],
  [
    'mirrored and cut',
    (image) => image.flop().extract({ left: 10, top: 10, width: 204, height: 153 }),
    ['mirrored', 'cropped to 72 %'],
  ],
])('a picture that was %s is a copy, and it is said of which kind', async (_, change, words) => {
  const found = await against(change)
  expect(found.score).toBeGreaterThan(0.8)
  expect(found.words).toEqual(words)
})

test('other pictures, and one in which something moved, are none', async () => {
  const own = await lookOf(await thumbnailOf(original), 'a')
  for (let seed = 2; seed < 12; seed++)
    expect(
      compare(own, await lookOf(await thumbnailOf(await madePicture(seed)), 'b'))?.score ?? 0,
    ).toBeLessThan(0.6)
  const moved = await sharp(original)
    .composite([
      {
        input: await sharp(original).extract({ left: 0, top: 0, width: 70, height: 60 }).toBuffer(),
        left: 120,
        top: 80,
      },
    ])
    .png()
    .toBuffer()
  expect(compare(own, await lookOf(await thumbnailOf(moved), 'b'))?.score ?? 0).toBeLessThan(0.75)
})

test('what is of one colour is compared with nothing', async () => {
  const flat = await sharp({ create: { width: 50, height: 40, channels: 3, background: '#777' } })
    .png()
    .toBuffer()
  const look = await lookOf(flat, 'flat')
  expect(look.flat).toBe(true)
  expect(compare(look, look)).toBeUndefined()
})
