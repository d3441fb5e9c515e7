import sharp from 'sharp'
import { expect, test } from 'vitest'
import { centred, decodeFor } from './picture.js'

const PREPROCESSING = { size: 8, share: 1, channels: 3, maximum: 255, mean: [0], std: [1] }

/** As `Preprocessing` says: a centred square of a share of the short side. */
function square(picture: Parameters<typeof centred>[0], share: number): number[] {
  const { data, width, height, channels } = picture
  const side = Math.max(1, Math.round(Math.min(width, height) * share))
  const [top, left] = [Math.floor((height - side) / 2), Math.floor((width - side) / 2)]
  return Array.from({ length: side * side * channels }, (_, i) => {
    const pixel = Math.floor(i / channels)
    const at = (top + Math.floor(pixel / side)) * width + left + (pixel % side)
    return data[at * channels + (i % channels)] as number
  })
}

test('the middle of a picture holds the very pixels that a centred square is cut from', () => {
  for (let width = 1; width < 12; width++) {
    for (let height = 1; height < 12; height++) {
      for (const Kind of [Uint8Array, Uint16Array]) {
        const data = new Kind(width * height * 2).map((_, i) => i)
        const picture = { data, width, height, channels: 2 }
        const middle = centred(picture)
        expect(Math.abs(middle.width - middle.height)).toBeLessThanOrEqual(1)
        for (const share of [1, 0.875, 0.5]) expect(square(middle, share)).toEqual(square(picture, share))
      }
    }
  }
})

test('a picture of any length leaves little behind', async () => {
  const png = await sharp({ create: { width: 4, height: 20_000, channels: 3, background: '#804020' } })
    .png()
    .toBuffer()
  const { data, width, height } = await decodeFor(png, PREPROCESSING, 1e8)
  expect([width, height, data.byteLength]).toEqual([4, 4, 48])
  // a view would keep all of it
  expect(data.buffer.byteLength).toBeLessThan(1000)
})

test('a picture that claims more pixels than are taken is refused by its head', async () => {
  const png = await sharp({ create: { width: 300, height: 200, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  await expect(decodeFor(png, PREPROCESSING, 50_000)).rejects.toThrow(
    'it has 300 × 200 pixels where at most 0.05 million',
  )
  expect((await decodeFor(png, PREPROCESSING, 60_000)).width).toBe(32)
})
