import sharp from 'sharp'
import { expect, test } from 'vitest'
import { madePicture, thumbnailOf } from '../testing/made-pictures.js'
import { blobs, memoryIndex } from '../testing/memory-index.js'
import { findOutliers, localDistances } from './outliers.js'
import { outliersJson, outliersText } from './words.js'

const picture = await thumbnailOf(await madePicture(3))

test('a distance is beside those of the neighbours', () => {
  // three at a cosine of 1 - 0.02 of one another (distance 0.2), and one at 1 - 0.32 of them (0.8)
  const rows = Int32Array.of(1, 2, 0, 2, 0, 1, 0, 1)
  const scores = Float32Array.of(0.98, 0.98, 0.98, 0.98, 0.98, 0.98, 0.68, 0.68)
  expect([...localDistances(rows, scores, 2, 4)]).toEqual(
    [1, 1, 1, 4].map((value) => expect.closeTo(value, 4)),
  )
})

test('what is far from all, blank, tiny or of an odd shape is named, with the reason', async () => {
  const rows = blobs(4, 30, 0.3).map(({ vector }) => ({ vector, thumbnail: picture, width: 100, height: 80 }))
  const flat = await sharp({ create: { width: 40, height: 40, channels: 3, background: '#ddd' } })
    .png()
    .toBuffer()
  Object.assign(rows[7] as object, { vector: [-1, -1, -1, -1, 3, 0] })
  Object.assign(rows[11] as object, { thumbnail: flat })
  Object.assign(rows[13] as object, { width: 9, height: 9 })
  Object.assign(rows[17] as object, { width: 900, height: 90 })
  const found = await findOutliers(memoryIndex(rows))
  expect(found.outliers.map(({ row, reasons }) => [row, ...reasons])).toEqual(
    expect.arrayContaining([
      [7, 'far from all'],
      [11, 'blank'],
      [13, 'tiny, 9×9'],
      [17, 'odd shape, 900×90'],
    ]),
  )
  expect(found.outliers[0]?.row).toBe(7)
  expect(found.outliers.length).toBeLessThan(8)
  expect(outliersText(found)).toMatch(/7\.png {2}\(far from all\)/)
})

test('labels that were made wrong are found, and nearly no others', async () => {
  const rows = blobs(3, 40, 0.4)
  const wrong = [4, 31, 77]
  const index = memoryIndex(
    rows.map(({ vector, group }, at) => ({
      vector,
      thumbnail: picture,
      label: `c${wrong.includes(at) ? (group + 1) % 3 : group}`,
    })),
  )
  const found = await findOutliers(index, { labels: true })
  expect(
    found.labelErrors
      .slice(0, 3)
      .map(({ row }) => row)
      .sort((a, b) => a - b),
  ).toEqual(wrong)
  expect(found.labelErrors.length).toBeLessThan(6)
  expect(found.labelErrors[0]?.likely).toBe(`c${rows[found.labelErrors[0]?.row as number]?.group as number}`)
  expect(outliersJson(found).labelled).toBe(120)
})

test('awkward indices: none, one, three, all alike, and labels that are not there', async () => {
  expect((await findOutliers(memoryIndex([]))).outliers).toEqual([])
  expect((await findOutliers(memoryIndex([{ vector: [1], thumbnail: picture }]))).outliers).toEqual([])
  for (const index of [
    memoryIndex(blobs(3, 1, 0.1).map(({ vector }) => ({ vector, thumbnail: picture }))),
    memoryIndex(Array.from({ length: 30 }, () => ({ vector: [1, 2], thumbnail: picture, label: 'x' }))),
  ]) {
    const found = await findOutliers(index)
    expect(found.outliers).toEqual([])
    expect(Number.isFinite(found.far)).toBe(true)
  }
  const one = memoryIndex(Array.from({ length: 4 }, () => ({ vector: [1], thumbnail: picture })))
  await expect(findOutliers(one, { labels: true })).rejects.toThrow(/no labels to look at/)
})
