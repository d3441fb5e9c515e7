import sharp from 'sharp'
import { expect, test } from 'vitest'
import { SelfsameError } from '../errors.js'
import type { Picture } from '../images/index.js'
import { memory, ops, scope, type Tensor, tensor } from '../torch/index.js'
import { attentionSheet } from './attention-sheet.js'
import { viridis } from './viridis.js'

const DARK = viridis(0)
const BRIGHT = viridis(1)
const HEADS = 2

/** A picture whose pixels tell where they are. */
function picture(width: number, height: number, channels: 1 | 3): Picture {
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 7) % 256)
  return { data, width, height, channels }
}

/** Attention of `[1, 2 heads]` over `patches` patches from what the class token gives each; other rows even. */
function attention(heads: number[][]): Tensor {
  const tokens = 1 + (heads[0] as number[]).length
  return tensor([
    heads.map((patches) => [
      [0.1, ...patches],
      ...Array.from({ length: tokens - 1 }, () => Array(tokens).fill(1 / tokens)),
    ]),
  ])
}

/** `peak` at one patch, `rest` at the others. */
function spike(patches: number, at: number, peak = 0.8, rest = 0): number[] {
  return Array.from({ length: patches }, (_, i) => (i === at ? peak : rest))
}

async function decode(png: Buffer) {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true })
  expect(info.channels).toBe(3)
  const at = (x: number, y: number) => Array.from(data.subarray((y * info.width + x) * 3).subarray(0, 3))
  return { info, at }
}

async function sheetOf(pictures: Picture[], weights: Tensor, options = {}) {
  try {
    return await decode(await attentionSheet(pictures, weights, options))
  } finally {
    weights.dispose()
  }
}

test.each([1, 3] as const)(
  'patches light up where they lie, rows down and columns across, %i channels',
  async (channels) => {
    const before = memory().tensors
    const one = picture(12, 8, channels)
    // 2 rows and 3 columns of 4 px: head 0 looks at the right of the upper row, head 1 at the left of the lower
    const weights = attention([spike(6, 2), spike(6, 3)])
    const { info, at } = await sheetOf([one], weights, { enlarge: 1 })
    expect([info.width, info.height]).toEqual([4 * 12 + 3 * 4, 8])
    const cells = (tile: number) => [2, 6].map((y) => [2, 6, 10].map((x) => at(tile * 16 + x, y)))
    expect(cells(2)).toEqual([
      [DARK, DARK, BRIGHT],
      [DARK, DARK, DARK],
    ])
    expect(cells(3)).toEqual([
      [DARK, DARK, DARK],
      [BRIGHT, DARK, DARK],
    ])
    // the mean is scaled to its own maximum
    expect(cells(1)).toEqual([
      [DARK, DARK, BRIGHT],
      [BRIGHT, DARK, DARK],
    ])
    // edges of the patch, to the pixel
    expect([at(32 + 7, 0), at(32 + 8, 0), at(32 + 8, 3), at(32 + 8, 4)]).toEqual([DARK, BRIGHT, BRIGHT, DARK])
    for (const [x, y] of [
      [0, 0],
      [11, 0],
      [5, 7],
    ] as const) {
      const pixel = Array.from(one.data.subarray((y * 12 + x) * channels).subarray(0, channels))
      expect(at(x, y)).toEqual(channels === 1 ? [...pixel, ...pixel, ...pixel] : pixel)
    }
    // between the tiles all is white
    expect(at(13, 3)).toEqual([255, 255, 255])
    expect(memory().tensors).toBe(before)
  },
)

test('a row for each picture, small ones enlarged', async () => {
  const weights = scope(() =>
    ops.cat([attention([spike(4, 0), spike(4, 0)]), attention([spike(4, 3), spike(4, 3)])]),
  )
  const { info, at } = await sheetOf([picture(32, 32, 3), picture(32, 32, 1)], weights)
  expect([info.width, info.height]).toEqual([4 * 224 + 3 * 4, 2 * 224 + 4])
  expect([at(229, 1), at(450, 222), at(229, 229), at(450, 450)]).toEqual([BRIGHT, DARK, DARK, BRIGHT])
})

test('values between are shades of the maximum, the rest of a mass is nothing', async () => {
  const share = [0.4, 0.3, 0.2, 0]
  const tile = 4 + 4
  const shades = async (mass?: number) => {
    const options = mass === undefined ? { enlarge: 1 } : { enlarge: 1, mass }
    const { at } = await sheetOf([picture(4, 4, 1)], attention([share, share]), options)
    return [at(tile, 0), at(tile + 2, 0), at(tile, 2), at(tile + 2, 2)]
  }
  expect(await shades()).toEqual([BRIGHT, viridis(0.75), viridis(0.5), DARK])
  // 0.4 of 0.9 is too little, with 0.3 it is more than the share
  expect(await shades(0.6)).toEqual([BRIGHT, viridis(0.75), DARK, DARK])
  expect(await shades(0.4)).toEqual([BRIGHT, DARK, DARK, DARK])
})

test('attention that is no number is dark, not an error', async () => {
  const { at } = await sheetOf([picture(4, 4, 1)], attention([spike(4, 0, Number.NaN), spike(4, 0, 0)]))
  expect([at(229, 0), at(229 + 456, 0)]).toEqual([DARK, DARK])
})

test('colours rise evenly in lightness', () => {
  const luma = Array.from({ length: 50 }, (_, i) => {
    const [r, g, b] = viridis(i / 49)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  })
  expect(luma.every((value, i) => i === 0 || value > (luma[i - 1] as number))).toBe(true)
})

test.each<[string, Picture[], object, RegExp]>([
  ['no picture', [], {}, /got 0 pictures/],
  [
    'too many pictures',
    [picture(4, 4, 1), picture(4, 4, 1)],
    {},
    /got 2 pictures and attention \[1, 2, 5, 5\]/,
  ],
  ['a grid that does not fit', [picture(40, 4, 1)], {}, /pictures of one size/],
  ['a share beyond all', [picture(4, 4, 1)], { mass: 60 }, /at most 1, but got 60/],
  ['half a pixel', [picture(4, 4, 1)], { enlarge: 0.5 }, /whole number from 1 on, but got 0.5/],
])('%s is refused in one sentence', async (_, pictures, options, message) => {
  const weights = attention(Array(HEADS).fill(spike(4, 0)))
  await expect(attentionSheet(pictures, weights, options)).rejects.toThrow(SelfsameError)
  await expect(attentionSheet(pictures, weights, options)).rejects.toThrow(message)
  weights.dispose()
})
