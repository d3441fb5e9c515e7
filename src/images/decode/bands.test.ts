/** Pictures of other channels and bits than 8-bit colour, from files that this test writes itself. */

import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { PictureError } from '../picture.js'
import { type TiffParts, tiffFile } from '../testing/tiff-file.js'
import { type DecodeOptions, decode, readHeader } from './decode.js'

const [width, height] = [5, 4]
const values = (bands: number, value: (i: number) => number = (i) => (i * 37) % 251) =>
  Array.from({ length: width * height * bands }, (_, i) => value(i))
const tiff = (bands: number, data: TiffParts['data'], more: Partial<TiffParts> = {}) =>
  tiffFile({ width, height, bands, data, ...more })
const read = async (file: Uint8Array, options: DecodeOptions) => (await decode(file, options)).data
const reason = async (file: Uint8Array, options: DecodeOptions = {}) => {
  const error = await decode(file, options).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(PictureError)
  return (error as PictureError).reason
}

describe('a TIFF of many bands', () => {
  test.each([2, 4, 5, 13, 40])('of %i bands of 8 and of 16 bits has them as they are', async (bands) => {
    for (const planar of bands === 2 ? [false] : [false, true]) {
      const narrow = Uint8Array.from(values(bands))
      expect(await read(tiff(bands, narrow, { planar }), { channels: bands })).toEqual(narrow)
      const wide = Uint16Array.from(values(bands, (i) => (i * 997) % 4096))
      const file = tiff(bands, wide, { planar })
      expect(await read(file, { channels: bands, maximum: 4095 })).toEqual(wide)
      expect(await readHeader(file)).toEqual({
        width,
        height,
        channels: bands,
        maximum: 65_535,
        pages: 1,
        format: 'TIFF',
      })
    }
  })

  test('that are RGB and more has them too', async () => {
    const data = Uint8Array.from(values(6))
    for (const planar of [false, true])
      expect(await read(tiff(6, data, { photometric: 2, planar }), { channels: 6 })).toEqual(data)
  })

  test('of three bands that are not said to be RGB is colour all the same', async () => {
    const data = Uint16Array.from(values(3, (i) => (i * 997) % 4096))
    for (const planar of [false, true]) {
      const file = tiff(3, data, { planar })
      expect(await readHeader(file)).toMatchObject({ channels: 3, maximum: 65_535 })
      expect(await read(file, { maximum: 4095 })).toEqual(data)
    }
  })

  test('of two bands of which one is stored apart is set aside', async () => {
    const file = tiff(2, Uint8Array.from(values(2)), { planar: true })
    expect(await reason(file, { channels: 2 })).toBe(
      'it is a TIFF of grey with a band stored apart, which is not read',
    )
  })

  test('is turned upright', async () => {
    const data = Uint8Array.from(values(4))
    const picture = await decode(tiff(4, data, { orientation: 6 }), { channels: 4 })
    expect([picture.width, picture.height]).toEqual([height, width])
    // the first row is the right column
    expect([...picture.data.subarray(4 * (height - 1), 4 * height)]).toEqual([...data.subarray(0, 4)])
  })

  test('is shrunk band by band, none of them taken for opacity', async () => {
    const side = 60
    const data = Uint16Array.from(
      { length: side * side * 5 },
      (_, i) => [1000, 0, 4000, 50, 0][i % 5] as number,
    )
    const file = tiffFile({ width: side, height: side, bands: 5, data })
    const picture = await decode(file, { channels: 5, maximum: 4000, shrinkTo: 12 })
    expect([picture.width, picture.height]).toEqual([12, 12])
    // libvips' weights have few bits
    for (const [i, value] of picture.data.entries()) {
      expect(Math.abs(value - (data[i % 5] as number))).toBeLessThanOrEqual(4)
    }
  })

  test('never has values above the set’s maximum, not even where shrinking sharpens edges', async () => {
    const side = 64
    const data = Uint16Array.from({ length: side * side * 5 }, (_, i) =>
      Math.floor(i / 5) % side < side / 2 ? 4095 : 0,
    )
    const file = tiffFile({ width: side, height: side, bands: 5, data })
    const { data: small } = await decode(file, { channels: 5, maximum: 4095, shrinkTo: 30 })
    expect(Math.max(...small)).toBe(4095)
  })

  test('is scaled from 16 bits to 8 by 257, and from 8 to a set of 16', async () => {
    const wide = Uint16Array.from(values(5, (i) => 257 * ((i * 37) % 256)))
    expect(await read(tiff(5, wide), { channels: 5 })).toEqual(
      Uint8Array.from(values(5, (i) => (i * 37) % 256)),
    )
    const narrow = Uint8Array.from(values(5))
    const scaled = values(5, (i) => Math.round((((i * 37) % 251) / 255) * 1023))
    expect(await read(tiff(5, narrow), { channels: 5, maximum: 1023 })).toEqual(Uint16Array.from(scaled))
  })

  test('is set aside in a set of other channels', async () => {
    const file = tiff(5, Uint8Array.from(values(5)))
    expect(await reason(file)).toBe('it has 5 channels where the set has 3')
    expect(await reason(file, { channels: 1 })).toBe('it has 5 channels where the set has 1')
    expect(await reason(file, { channels: 13 })).toBe('it has 5 channels where the set has 13')
    expect(await reason(tiff(1, Uint8Array.from(values(1))), { channels: 13 })).toBe(
      'it has 1 channel where the set has 13',
    )
    expect(await reason(tiff(2, Uint8Array.from(values(2))))).toBe('it has 2 channels where the set has 3')
  })

  test('that claims more than memory should hold is set aside', async () => {
    // 60 bands of 9,000 × 9,000, of which there is nothing
    const file = tiffFile({ width: 9000, height: 9000, bands: 60, data: new Uint8Array(60) })
    expect(await reason(file, { channels: 60 })).toBe('it claims more than 300 million values')
  })
})

describe('a fourth band', () => {
  const data = Uint8Array.from(values(4))
  const colours = [...data].filter((_, i) => i % 4 !== 3)

  test('that is opacity does not count, and is flattened on white', async () => {
    const file = tiff(4, data, { photometric: 2, extra: [2] })
    expect((await readHeader(file)).channels).toBe(3)
    const flat = colours.map((value, i) => {
      const opacity = (data[4 * Math.floor(i / 3) + 3] as number) / 255
      return value * opacity + 255 * (1 - opacity)
    })
    for (const [i, value] of (await read(file, {})).entries())
      expect(Math.abs(value - (flat[i] as number))).toBeLessThan(1.01)
  })

  test('that is anything counts, and is left out in a set of 3', async () => {
    const file = tiff(4, data, { photometric: 2, extra: [0] })
    expect((await readHeader(file)).channels).toBe(4)
    expect([...(await read(file, {}))]).toEqual(colours)
  })

  test('of a PNG is read where the set has four', async () => {
    const png = await sharp(data, { raw: { width, height, channels: 4 } })
      .png()
      .toBuffer()
    expect((await readHeader(png)).channels).toBe(3)
    expect(await read(png, { channels: 4 })).toEqual(data)
  })
})

describe('16 bits', () => {
  const wide = (bands: 1 | 2 | 3 | 4, data: Uint16Array) =>
    sharp(data, { raw: { width, height, channels: bands } })
      .toColourspace(bands < 3 ? 'grey16' : 'rgb16')
      .png()
      .toBuffer()
  const twelve = (i: number) => (i * 991) % 4096

  test('of grey and of colour stay as they are in a set of 16 bits', async () => {
    for (const bands of [1, 3] as const) {
      const data = Uint16Array.from(values(bands, twelve))
      const file = await wide(bands, data)
      expect(await readHeader(file)).toMatchObject({ channels: bands, maximum: 65_535, format: 'PNG' })
      for (const maximum of [4095, 65_535])
        expect(await read(file, { channels: bands, maximum })).toEqual(data)
    }
  })

  test('are at most the set’s maximum', async () => {
    const data = Uint16Array.from(values(1, (i) => 3000 * i))
    const most = [...data].map((value) => Math.min(1023, value))
    expect(await read(await wide(1, data), { channels: 1, maximum: 1023 })).toEqual(Uint16Array.from(most))
  })

  test('of grey are repeated in a set of colour, and of colour become luma in a set of grey', async () => {
    const grey = Uint16Array.from(values(1, twelve))
    const threefold = [...grey].flatMap((value) => [value, value, value])
    expect(await read(await wide(1, grey), { maximum: 4095 })).toEqual(Uint16Array.from(threefold))
    const colour = Uint16Array.from(values(3, twelve))
    const luma = values(1, (i) => {
      const [red = 0, green = 0, blue = 0] = colour.subarray(3 * i, 3 * i + 3)
      return Math.round(0.299 * red + 0.587 * green + 0.114 * blue)
    })
    expect(await read(await wide(3, colour), { channels: 1, maximum: 4095 })).toEqual(Uint16Array.from(luma))
  })

  test('with opacity are flattened on the set’s white', async () => {
    const data = Uint16Array.from(
      values(4, (i) => (i % 4 === 3 ? [0, 65_535, 32_768][(i >> 2) % 3] : 1000) as number),
    )
    const flat = await read(await wide(4, data), { maximum: 4095 })
    for (const [i, value] of flat.entries()) {
      const opacity = (data[4 * Math.floor(i / 3) + 3] as number) / 65_535
      expect(Math.abs(value - (1000 * opacity + 4095 * (1 - opacity)))).toBeLessThan(1)
    }
  })

  test('are shrunk with their opacity', async () => {
    const side = 40
    const pixels = Uint16Array.from({ length: side * side * 4 }, (_, i) => (i % 4 === 3 ? 65_535 : 1234))
    const file = await sharp(pixels, { raw: { width: side, height: side, channels: 4 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer()
    const { data, width: small } = await decode(file, { maximum: 4095, shrinkTo: 8 })
    expect(small).toBe(8)
    for (const value of data) expect(Math.abs(value - 1234)).toBeLessThanOrEqual(3)
  })

  test('follow their profile to sRGB as 8 bits do', async () => {
    // as much red in sRGB as Display P3 has at 60,000, 4,000, 4,000, which is more than it can show
    const pixels = Uint16Array.from(values(3, (i) => (i % 3 === 0 ? 60_000 : 4000)))
    const file = await sharp(pixels, { raw: { width, height, channels: 3 } })
      .toColourspace('rgb16')
      .withIccProfile('p3')
      .png()
      .toBuffer()
    expect([...(await read(file, {})).subarray(0, 3)]).toEqual([255, 0, 0])
    expect([...(await read(file, { maximum: 65_535 })).subarray(0, 3)]).toEqual([60_000, 4000, 4000])
  })

  test('are what 8 bits are scaled to', async () => {
    const jpeg = await sharp(new Uint8Array(64 * 3).fill(51), { raw: { width: 8, height: 8, channels: 3 } })
      .jpeg()
      .toBuffer()
    expect(await read(jpeg, { maximum: 1000 })).toEqual(new Uint16Array(64 * 3).fill(200))
    expect(await read(jpeg, { channels: 1, maximum: 1000 })).toEqual(new Uint16Array(64).fill(200))
  })
})

test.each<[string, TiffParts['data'], string]>([
  [
    'floating-point numbers',
    new Float32Array(20),
    'its values are 32-bit floating-point numbers, which are not read',
  ],
  ['32-bit numbers', new Uint32Array(20), 'its values are 32-bit numbers, which are not read'],
  ['signed numbers', new Int16Array(20), 'its values are signed 16-bit numbers, which are not read'],
])('%s are set aside', async (_, data, expected) => {
  for (const channels of [1, 3, 5]) expect(await reason(tiff(1, data), { channels })).toBe(expected)
})

test('a drawing is no picture, whatever its name', async () => {
  const drawing = '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
  expect(await reason(Buffer.from(drawing))).toBe('it is in SVG format, which is not read')
})

test('what stands in for a file of Git LFS says so', async () => {
  const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'
  expect(await reason(Buffer.from(pointer))).toBe('it stands in for a picture that Git LFS has not fetched')
})
