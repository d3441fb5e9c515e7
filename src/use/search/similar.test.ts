import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/cli.js'
import type { Model } from '../model/model.js'
import { openModel } from '../model/open-model.js'
import type { PictureIndex } from '../store/index-reader.js'
import { openIndex } from '../store/open-index.js'
import { updateIndex } from '../store/update-index.js'
import { noise, tinyModel } from '../testing/tiny-model.js'
import { contactSheet } from './contact-sheet.js'
import { similarPictures } from './similar.js'

const folder = temporaryFolder()
const pictures = join(folder, 'pictures')
const outside = join(folder, 'outside.png')
let model: Model
let index: PictureIndex
/** Vectors of length 1 by path. */
const vectors = new Map<string, Float32Array>()

beforeAll(async () => {
  writeFileSync(join(folder, 'model.onnx'), tinyModel().bytes)
  model = await openModel(join(folder, 'model.onnx'))
  const next = noise(3)
  const draw = (path: string) => {
    const data = Uint8Array.from({ length: 20 * 20 * 3 }, () => 127 * (next() + 1))
    return sharp(data, { raw: { width: 20, height: 20, channels: 3 } })
      .png()
      .toFile(path)
  }
  for (const name of ['a', 'b']) mkdirSync(join(pictures, name), { recursive: true })
  for (let i = 0; i < 15; i++) await draw(join(pictures, i % 2 ? 'a' : 'b', `${i}.png`))
  await draw(outside)
  // many copies, so that the first look at the nearest finds nothing else
  for (let i = 0; i < 40; i++) copyFileSync(join(pictures, 'a/1.png'), join(pictures, 'a', `copy-${i}.png`))
  await updateIndex(join(folder, 'index'), model, [pictures])
  index = await openIndex(join(folder, 'index'))
  for await (const { first, rows } of index.allRows(['path']))
    for (const [i, { path }] of rows.entries()) vectors.set(path, await index.vectors([first + i]))
})
afterAll(async () => {
  await index.close()
  await model.close()
})

/** Distinct pictures by falling cosine, by plain loops; of copies the first. */
function byHand(query: Float32Array, without: string[] = []) {
  const length = Math.hypot(...query)
  return [...vectors]
    .filter(([path]) => !path.includes('copy') && !without.includes(path))
    .map(([path, vector]) => ({
      path,
      score: vector.reduce((sum, value, i) => sum + value * (query[i] as number), 0) / length,
    }))
    .sort((a, b) => b.score - a.score)
}

test('a picture from outside finds what is near, copies folded with their count', async () => {
  const [found] = await similarPictures(index, [outside], async () => model, { k: 12 })
  const { data } = await sharp(outside).raw().toBuffer({ resolveWithObject: true })
  const query = await model.encode([{ data, width: 20, height: 20, channels: 3 }])
  const expected = byHand(query).slice(0, 12)
  expect(found?.hits.map(({ path }) => path)).toEqual(expected.map(({ path }) => path))
  for (const [i, { score }] of expected.entries()) expect(found?.hits[i]?.score).toBeCloseTo(score, 5)
  const copied = found?.hits.find(({ path }) => path === 'a/1.png')
  expect(copied?.copies).toHaveLength(40)
})

test('a picture of the index needs no model, and is not its own neighbour', async () => {
  const none = () => Promise.reject(new Error('no model was needed'))
  const [found] = await similarPictures(index, ['b/0.png'], none, { k: 30, copies: 'show', thumbnails: true })
  expect(found?.hits).toHaveLength(30)
  expect(found?.hits.some(({ path }) => path === 'b/0.png')).toBe(false)
  expect(found?.hits.every(({ copies }) => copies.length === 0)).toBe(true)
  expect(found?.hits.every(({ thumbnail }) => thumbnail?.[0] === 0x89)).toBe(true)
  expect(found?.thumbnail?.[0]).toBe(0x89)
  const [folded] = await similarPictures(index, ['a/copy-7.png'], none, { k: 100 })
  // itself is left out, the others of its bytes are one
  expect(folded?.hits).toHaveLength(15)
  expect(folded?.hits[0]).toMatchObject({ path: 'a/1.png', label: 'a', score: expect.closeTo(1, 6) })
  expect(folded?.hits[0]?.copies).toHaveLength(39)
})

test('what is less alike than asked for is left out', async () => {
  const all = byHand(vectors.get('b/0.png') as Float32Array, ['b/0.png'])
  const minScore = ((all[4]?.score as number) + (all[5]?.score as number)) / 2
  const [found] = await similarPictures(index, ['b/0.png'], async () => model, { k: 12, minScore })
  expect(found?.hits.map(({ path }) => path)).toEqual(all.slice(0, 5).map(({ path }) => path))
})

test('what is neither a file nor in the index, and another model, are refused', async () => {
  await expect(similarPictures(index, ['a/99.png'], async () => model)).rejects.toThrow(
    /neither a file nor a picture/,
  )
  const other = { ...model, id: 'other' }
  await expect(similarPictures(index, [outside], async () => other)).rejects.toThrow(/another model/)
  await expect(similarPictures(index, [join(folder, 'model.onnx')], async () => model)).rejects.toThrow(
    /cannot be read/,
  )
})

test('the neighbours of all rows are those of a search for each', async () => {
  for await (const { first, count, k, rows, scores } of index.neighbours(5)) {
    expect(first).toBe(0)
    expect(count).toBe(index.size)
    for (const row of [0, 7, count - 1]) {
      const one = await index.search(await index.vectors([row]), 5)
      expect(Array.from(rows.subarray(row * k, (row + 1) * k))).toEqual(Array.from(one.rows))
      for (let i = 0; i < k; i++) expect(scores[row * k + i]).toBeCloseTo(one.scores[i] as number, 6)
    }
  }
})

test('a page shows names of strangers as text alone', () => {
  const evil = '"><script>alert(1)</script>\u202e.png'
  const page = contactSheet(evil, evil, [
    {
      title: evil,
      note: evil,
      pictures: [{ thumbnail: Uint8Array.of(0xff, 0xd8), caption: evil, path: evil, first: true }],
    },
  ])
  expect(page).not.toMatch(/<script/)
  expect(page).not.toContain('\u202e')
  expect(page).toContain('src="data:image/jpeg;base64,/9g="')
  expect(page).toContain("default-src 'none'")
})
