import sharp from 'sharp'
import { expect, test } from 'vitest'
import { prepared } from './picture.js'

const PREPROCESSING = { size: 8, share: 1, channels: 3, maximum: 255, mean: [0, 0, 0], std: [1, 1, 1] }

test('a picture of any length leaves no more than what the encoder sees', async () => {
  const png = await sharp({ create: { width: 4, height: 20_000, channels: 3, background: '#804020' } })
    .png()
    .toBuffer()
  const values = await prepared(png, PREPROCESSING, 1e8)
  expect(values.buffer.byteLength).toBe(4 * 3 * 8 * 8)
  for (const [channel, expected] of [0x80, 0x40, 0x20].entries())
    for (const value of values.subarray(64 * channel, 64 * (channel + 1)))
      expect(value).toBeCloseTo(expected / 255, 6)
})

test('a picture that claims more pixels than are taken is refused by its head', async () => {
  const png = await sharp({ create: { width: 300, height: 200, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  await expect(prepared(png, PREPROCESSING, 50_000)).rejects.toThrow(
    'it has 300 × 200 pixels where at most 0.05 million',
  )
  expect(await prepared(png, PREPROCESSING, 60_000)).toHaveLength(192)
})
