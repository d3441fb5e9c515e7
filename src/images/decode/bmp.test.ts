import { describe, expect, test } from 'vitest'
import { PictureError } from '../picture.js'
import { decode, readHeader } from './decode.js'

interface Parts {
  width: number
  /** negative for the top row first */
  height: number
  bits: number
  compression?: number
  /** 12 (OS/2 1), 40, 56 (with masks), 64 (OS/2 2), 108 or 124 */
  header?: number
  /** red, green, blue and perhaps alpha */
  masks?: number[]
  /** RGB */
  palette?: number[][]
  /** stated number of colours */
  colours?: number
  pixels: number[]
}

/** Writes a bitmap by Microsoft's description of its headers. */
function bmp(parts: Parts): Buffer {
  const { width, height, bits, compression = 0, header = 40, masks = [], palette = [], pixels } = parts
  const core = header === 12
  const inHeader = header >= 52 && header !== 64
  const behind = inHeader ? 0 : 4 * masks.length
  const entry = core ? 3 : 4
  const offset = 14 + header + behind + entry * palette.length
  const file = Buffer.alloc(offset + pixels.length)
  file.write('BM')
  file.writeUInt32LE(file.length, 2)
  file.writeUInt32LE(offset, 10)
  file.writeUInt32LE(header, 14)
  if (core) {
    file.writeUInt16LE(width, 18)
    file.writeUInt16LE(height, 20)
    file.writeUInt16LE(1, 22)
    file.writeUInt16LE(bits, 24)
  } else {
    file.writeInt32LE(width, 18)
    file.writeInt32LE(height, 22)
    file.writeUInt16LE(1, 26)
    file.writeUInt16LE(bits, 28)
    file.writeUInt32LE(compression, 30)
    file.writeUInt32LE(parts.colours ?? palette.length, 46)
  }
  for (const [i, mask] of masks.entries()) file.writeUInt32LE(mask >>> 0, 54 + 4 * i)
  for (const [i, [red = 0, green = 0, blue = 0]] of palette.entries()) {
    file.set([blue, green, red], 14 + header + behind + entry * i)
  }
  file.set(pixels, offset)
  return file
}

const RGB = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [10, 20, 30],
]
const read = async (parts: Parts, options = {}) => [...(await decode(bmp(parts), options)).data]
const rgb = (...indices: number[]) => indices.flatMap((index) => RGB[index] ?? [0, 0, 0])
const reason = async (file: Buffer) => {
  const error = await decode(file).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(PictureError)
  return (error as PictureError).reason
}

describe('a bitmap', () => {
  // two rows of three pixels: 0 1 2 above 3 2 1; each row fills whole words of 4 bytes
  const expected = rgb(0, 1, 2, 3, 2, 1)
  test.each<[string, Partial<Parts> & { pixels: number[] }]>([
    ['of 2 bits', { bits: 2, pixels: [0b11100100, 0, 0, 0, 0b00011000, 0, 0, 0] }],
    ['of 4 bits', { bits: 4, pixels: [0x32, 0x10, 0, 0, 0x01, 0x20, 0, 0] }],
    ['of 8 bits', { bits: 8, pixels: [3, 2, 1, 0, 0, 1, 2, 0] }],
    ['with the top row first', { bits: 8, height: -2, pixels: [0, 1, 2, 0, 3, 2, 1, 0] }],
    ['with OS/2’s first header', { bits: 8, header: 12, pixels: [3, 2, 1, 0, 0, 1, 2, 0] }],
    ['with OS/2’s second header', { bits: 8, header: 64, pixels: [3, 2, 1, 0, 0, 1, 2, 0] }],
    ['with header 5', { bits: 8, header: 124, pixels: [3, 2, 1, 0, 0, 1, 2, 0] }],
    [
      'in runs of 8 bits',
      { bits: 8, compression: 1, pixels: [0, 3, 3, 2, 1, 0, 0, 0, 1, 0, 1, 1, 1, 2, 0, 1] },
    ],
    [
      'in runs without an end',
      { bits: 8, compression: 1, pixels: [0, 3, 3, 2, 1, 0, 0, 0, 1, 0, 1, 1, 1, 2] },
    ],
    [
      'in runs of 4 bits',
      { bits: 4, compression: 2, pixels: [0, 3, 0x32, 0x10, 0, 0, 2, 0x01, 1, 0x20, 0, 1] },
    ],
    [
      'in runs beyond its rows',
      { bits: 8, compression: 1, pixels: [0, 3, 3, 2, 1, 0, 9, 1, 0, 0, 1, 0, 1, 1, 200, 2, 0, 1] },
    ],
    [
      'of 24 bits',
      {
        bits: 24,
        palette: [],
        pixels: [30, 20, 10, 255, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255, 0, 255, 0, 255, 0, 0, 0, 0, 0],
      },
    ],
    [
      'of 32 bits',
      {
        bits: 32,
        palette: [],
        pixels: [
          [30, 20, 10, 9],
          [255, 0, 0, 9],
          [0, 255, 0, 9],
          [0, 0, 255, 9],
          [0, 255, 0, 9],
          [255, 0, 0, 9],
        ].flat(),
      },
    ],
    [
      'of 32 bits in its own order',
      {
        bits: 32,
        compression: 3,
        palette: [],
        masks: [0xff00, 0xff0000, 0xff000000],
        pixels: [
          [9, 10, 20, 30],
          [9, 0, 0, 255],
          [9, 0, 255, 0],
          [9, 255, 0, 0],
          [9, 0, 255, 0],
          [9, 0, 0, 255],
        ].flat(),
      },
    ],
  ])('%s', async (_, parts) => {
    expect(await read({ width: 3, height: 2, bits: 8, palette: RGB, ...parts })).toEqual(expected)
  })

  test('of 1 bit, black and white, is grey', async () => {
    const parts = {
      width: 10,
      height: 1,
      bits: 1,
      palette: [
        [0, 0, 0],
        [255, 255, 255],
      ],
      pixels: [0xa5, 0x80, 0, 0],
    }
    expect(await readHeader(bmp(parts))).toEqual({
      width: 10,
      height: 1,
      channels: 1,
      maximum: 255,
      pages: 1,
      format: 'BMP',
    })
    const grey = [1, 0, 1, 0, 0, 1, 0, 1, 1, 0].map((bit) => 255 * bit)
    expect(await read(parts, { channels: 1 })).toEqual(grey)
    expect(await read(parts)).toEqual(grey.flatMap((value) => [value, value, value]))
  })

  test('of 16 bits has 5 of each colour, or what it says', async () => {
    const pixels = [0x1f, 0x7c, 0x10, 0x02, 0, 0, 0, 0]
    expect(await read({ width: 2, height: 1, bits: 16, pixels })).toEqual([
      255,
      0,
      255,
      0,
      Math.round((16 / 31) * 255),
      Math.round((16 / 31) * 255),
    ])
    const masks = [0xf800, 0x7e0, 0x1f]
    const green = Math.round((0x20 / 63) * 255)
    expect(
      await read({ width: 2, height: 1, bits: 16, compression: 3, masks, pixels: [0x00, 0x04, 0x1f, 0xf8] }),
    ).toEqual([0, green, 0, 255, 0, 255])
  })

  test('with alpha is flattened on white, and opaque where alpha is nowhere', async () => {
    const parts = {
      width: 2,
      height: 1,
      bits: 32,
      header: 124,
      compression: 3,
      masks: [0xff0000, 0xff00, 0xff, 0xff000000],
    }
    expect(await read({ ...parts, pixels: [0, 0, 200, 255, 0, 0, 200, 0] })).toEqual([
      200, 0, 0, 255, 255, 255,
    ])
    expect(await read({ ...parts, pixels: [0, 0, 200, 0, 1, 2, 3, 0] })).toEqual([200, 0, 0, 3, 2, 1])
    expect(await read({ ...parts, pixels: [0, 0, 200, 255, 0, 0, 200, 0] }, { channels: 4 })).toEqual([
      200, 0, 0, 255, 200, 0, 0, 0,
    ])
  })

  test('that jumps within runs has colour 0 between', async () => {
    const pixels = [1, 1, 0, 2, 1, 1, 1, 2, 0, 1]
    expect(await read({ width: 3, height: 2, bits: 8, compression: 1, palette: RGB, pixels })).toEqual(
      rgb(0, 0, 2, 1, 0, 0),
    )
  })

  test('whose pixels name colours that its palette lacks has black there', async () => {
    expect(
      await read({ width: 2, height: 1, bits: 8, palette: RGB, colours: 2 ** 31, pixels: [200, 1, 0, 0] }),
    ).toEqual([0, 0, 0, ...rgb(1)])
  })

  test('is shrunk, and scaled to a set of 16 bits', async () => {
    const parts = {
      width: 40,
      height: 60,
      bits: 8,
      palette: [[51, 51, 51]],
      pixels: Array<number>(40 * 60).fill(0),
    }
    const picture = await decode(bmp(parts), { shrinkTo: 10, channels: 1, maximum: 1000 })
    expect([picture.width, picture.height]).toEqual([10, 15])
    expect(picture.data).toEqual(new Uint16Array(150).fill(200))
  })
})

describe('a bitmap is set aside', () => {
  const sound: Parts = { width: 3, height: 2, bits: 8, palette: RGB, pixels: [3, 2, 1, 0, 0, 1, 2, 0] }
  test.each<[string, Partial<Parts>, string]>([
    ['without its last row', { pixels: [3, 2, 1, 0, 0] }, 'the file is cut short'],
    ['whose runs end early', { compression: 1, pixels: [3, 1] }, 'the file is cut short'],
    ['whose literal pixels end early', { compression: 1, pixels: [0, 200, 1, 2] }, 'the file is cut short'],
    ['that claims too much', { width: 2 ** 30, height: 2 ** 30 }, 'it claims more than 100 megapixels'],
    ['of negative width', { width: -3 }, 'its BMP header is damaged'],
    ['of no height', { height: 0 }, 'its BMP header is damaged'],
    ['of 7 bits', { bits: 7 }, 'its BMP header is damaged'],
    ['of runs that do not fit its bits', { bits: 24, compression: 1 }, 'its BMP header is damaged'],
    ['of 64 bits', { bits: 64 }, 'it is a BMP of 64 bits a pixel, which is not read'],
    ['around a JPEG', { bits: 0, compression: 4 }, 'it is a BMP that holds a JPEG, which is not read'],
    ['around a PNG', { bits: 0, compression: 5 }, 'it is a BMP that holds a PNG, which is not read'],
    [
      'of OS/2’s Huffman codes',
      { bits: 1, header: 64, compression: 3 },
      'it is a BMP that holds Huffman codes, which is not read',
    ],
  ])('%s', async (_, parts, expected) => {
    expect(await reason(bmp({ ...sound, ...parts }))).toBe(expected)
  })

  test('that ends within its header', async () => {
    expect(await reason(bmp(sound).subarray(0, 30))).toBe('the file is cut short')
  })

  test('in a set of other channels', async () => {
    await expect(decode(bmp(sound), { channels: 13 })).rejects.toThrow(
      'it has 3 channels where the set has 13',
    )
  })
})
