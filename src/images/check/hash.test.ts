import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { expect, test } from 'vitest'
import { decode } from '../decode/decode.js'
import type { Picture } from '../picture.js'
import { hasSharedData, sharedData } from '../testing/shared-data.js'
import { dct, shrunk } from './glimpse.js'
import { type Hash, type LookHashes, lookHashes, pixelHash, popcount } from './hash.js'

/** The radius that `data check` searches with unless told. */
const NEAR = 8

const grey = (width: number, values: number[]): Picture => ({
  data: Uint8Array.from(values),
  width,
  height: values.length / width,
  channels: 1,
})

test('pictures have the same pixel hash where size, channels and values are the same', () => {
  const one = grey(2, [1, 2, 3, 4])
  expect(pixelHash(grey(2, [1, 2, 3, 4]))).toEqual(pixelHash(one))
  // a view into a longer array is the picture and not the array
  const data = Uint8Array.from([9, 1, 2, 3, 4, 9]).subarray(1, 5)
  expect(pixelHash({ ...one, data })).toEqual(pixelHash(one))
  const others: Picture[] = [
    grey(2, [1, 2, 3, 5]),
    grey(1, [1, 2, 3, 4]),
    grey(4, [1, 2, 3, 4]),
    { ...one, width: 1, height: 1, channels: 4 },
    { ...one, data: Uint16Array.from([1, 2, 3, 4]) },
  ]
  const hashes = [one, ...others].map((picture) => pixelHash(picture).join(' '))
  expect(new Set(hashes).size).toBe(hashes.length)
})

test('areas are averaged, also where they do not end at a pixel', () => {
  const width = 3
  const values = Float32Array.from([0, 30, 60, 90, 120, 150])
  expect([...shrunk({ values, width, height: 2 }, 2, 1)]).toEqual(
    // a column and a half each, of both rows
    [(0 + 90 + 15 + 60) / 3, (60 + 150 + 15 + 60) / 3].map((value) => expect.closeTo(value, 3)),
  )
  // a grid finer than the picture repeats its pixels
  expect([...shrunk({ values: Float32Array.of(7, 9), width: 2, height: 1 }, 4, 1)]).toEqual([7, 7, 9, 9])
})

test('frequencies are those of a cosine transform', () => {
  const wave = (across: number, down: number) =>
    Float32Array.from(
      { length: 256 },
      (_, at) =>
        Math.cos((Math.PI * ((at % 16) + 0.5) * across) / 16) *
        Math.cos((Math.PI * (Math.floor(at / 16) + 0.5) * down) / 16),
    )
  const strengths = dct(wave(3, 5))
  strengths.forEach((strength, at) => {
    expect(strength).toBeCloseTo(at === 5 * 8 + 3 ? 64 : 0, 3)
  })
})

test('a picture that gets brighter to the right has every bit of the difference hash set', () => {
  const ramp = grey(
    18,
    Array.from({ length: 18 * 16 }, (_, at) => 10 * (at % 18)),
  )
  expect(lookHashes(ramp).difference).toEqual([0xffffffff, 0xffffffff])
  const wide = { ...ramp, data: Uint16Array.from(ramp.data, (value) => 257 * value) }
  expect(lookHashes(wide)).toEqual(lookHashes(ramp))
  const bands = {
    ...ramp,
    data: Uint8Array.from({ length: 5 * 18 * 16 }, (_, at) => ramp.data[Math.floor(at / 5)] ?? 0),
    channels: 5,
  }
  expect(lookHashes(bands)).toEqual(lookHashes(ramp))
})

const apart = (a: Hash, b: Hash) => popcount(a[0] ^ b[0]) + popcount(a[1] ^ b[1])

/** The larger distance of the two hashes, in bits. */
function distance(one: LookHashes, other: LookHashes): number {
  return Math.max(apart(one.difference, other.difference), apart(one.frequency, other.frequency))
}

const cropped = (share: number) => (image: Sharp, width: number, height: number) =>
  image
    .extract({
      left: Math.round(width * share),
      top: Math.round(height * share),
      width: Math.round(width * (1 - 2 * share)),
      height: Math.round(height * (1 - 2 * share)),
    })
    .png()

// what is done, and the least share that must be found within 8 bits: a little less than was measured on 517 photographs
const VARIATIONS: [string, number, (image: Sharp, width: number, height: number) => Sharp][] = [
  ['a JPEG of quality 40', 0.97, (image) => image.jpeg({ quality: 40 })],
  ['a WebP of quality 50', 0.97, (image) => image.webp({ quality: 50 })],
  ['darker by 30 %', 0.97, (image) => image.linear(0.7, 0).png()],
  ['brighter by 25 %', 0.88, (image) => image.linear(1.25, 0).png()],
  ['half as large', 0.97, (image, width) => image.resize(Math.round(width / 2)).png()],
  ['a thumbnail of 64 px', 0.93, (image) => image.resize(64, 64, { fit: 'inside' }).jpeg({ quality: 75 })],
  ['1 % cut off each edge', 0.93, cropped(0.01)],
  ['3 % cut off each edge', 0.5, cropped(0.03)],
]

test.skipIf(!hasSharedData)('varied photographs are found and distinct ones are not', async () => {
  const root = sharedData('photos')
  const paths = (readdirSync(root, { recursive: true }) as string[])
    .filter((file) => file.endsWith('.jpg'))
    .sort()
    .filter((_, at) => at % 32 === 0)
    .map((file) => join(root, file))
  const originals = await Promise.all(paths.map((path) => decode(path)))
  const hashes = originals.map(lookHashes)
  for (const [name, least, vary] of VARIATIONS) {
    const found = await Promise.all(
      paths.map(async (path, at) => {
        const { width, height } = originals[at] as Picture
        const varied = vary(sharp(path).toColourspace('srgb'), width, height)
        const hash = lookHashes(await decode(await varied.toBuffer()))
        return distance(hashes[at] as LookHashes, hash) <= NEAR
      }),
    )
    const share = found.filter(Boolean).length / found.length
    expect.soft(share, name).toBeGreaterThanOrEqual(least)
  }
  const alarms = hashes.flatMap((a, at) => hashes.slice(at + 1).filter((b) => distance(a, b) <= NEAR))
  expect(alarms).toEqual([])
})
