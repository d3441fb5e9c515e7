import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/cli.js'
import type { Model } from '../model/model.js'
import { openModel } from '../model/open-model.js'
import { noise, tinyModel } from '../testing/tiny-model.js'
import type { Row } from './format.js'
import { openIndex } from './open-index.js'
import { updateIndex } from './update-index.js'

const folder = temporaryFolder()
const pictures = join(folder, 'pictures')
const file = join(folder, 'model.onnx')
let model: Model
let computed = 0

beforeAll(async () => {
  writeFileSync(file, tinyModel().bytes)
  const opened = await openModel(file)
  model = {
    ...opened,
    encodePrepared: (values, count) => {
      computed += count
      return (opened.encodePrepared as NonNullable<Model['encodePrepared']>)(values, count)
    },
  }
  for (const name of ['cat/a', 'cat/b', 'dog/c', 'dog/d', 'dog/e']) await draw(name, name.length)
})
afterAll(() => model.close())

let drawn = 1
async function draw(name: string, seed = drawn++, width = 40, height = 30) {
  const next = noise(seed * 7919 + name.charCodeAt(4))
  const data = Uint8Array.from({ length: width * height * 3 }, () => 127 * (next() + 1))
  mkdirSync(join(pictures, name, '..'), { recursive: true })
  await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(join(pictures, `${name}.png`))
}

async function rowsOf(index: string): Promise<Map<string, { row: Row; vector: number[] }>> {
  const opened = await openIndex(index)
  const all = Array.from({ length: opened.size }, (_, i) => i)
  const rows = await opened.rows(all, [
    'path',
    'label',
    'digest',
    'bytes',
    'modified',
    'width',
    'height',
    'taken',
    'thumbnail',
  ])
  const vectors = await opened.vectors(all)
  const { dimension } = opened
  await opened.close()
  return new Map(
    rows.map((row, i) => [
      row.path,
      { row, vector: Array.from(vectors.subarray(i * dimension, (i + 1) * dimension)) },
    ]),
  )
}

const normal = (vector: Float32Array) => {
  const length = Math.hypot(...vector)
  return Array.from(vector, (value) => value / length)
}

test('an index is made, follows its pictures, and embeds only what is new', async () => {
  const index = join(folder, 'index')
  expect(await updateIndex(index, model, [pictures])).toMatchObject({
    size: 5,
    embedded: 5,
    moved: 0,
    kept: 0,
    removed: 0,
    unread: [],
  })
  const first = await rowsOf(index)
  expect([...first.keys()].sort()).toEqual(['cat/a.png', 'cat/b.png', 'dog/c.png', 'dog/d.png', 'dog/e.png'])
  const path = join(pictures, 'cat/a.png')
  const { row, vector } = first.get('cat/a.png') as { row: Row; vector: number[] }
  const raw = await sharp(path).raw().toBuffer()
  const expected = normal(await model.encode([{ data: raw, width: 40, height: 30, channels: 3 }]))
  for (const [i, value] of expected.entries()) expect(vector[i]).toBeCloseTo(value, 5)
  const { createHash } = await import('node:crypto')
  expect(row).toMatchObject({
    label: 'cat',
    digest: createHash('sha256').update(readFileSync(path)).digest('hex'),
    bytes: statSync(path).size,
    modified: Math.round(statSync(path).mtimeMs),
    width: 40,
    height: 30,
    taken: null,
  })
  expect(await sharp(row.thumbnail).metadata()).toMatchObject({ format: 'jpeg', width: 40, height: 30 })

  // nothing new
  computed = 0
  expect(await updateIndex(index, model, [pictures])).toMatchObject({
    size: 5,
    embedded: 0,
    moved: 0,
    kept: 5,
    removed: 0,
  })
  expect(computed).toBe(0)

  // one changed, one gone, one moved, one copied, one touched, one new
  await draw('cat/b', 77)
  rmSync(join(pictures, 'dog/c.png'))
  renameSync(join(pictures, 'dog/d.png'), join(pictures, 'cat/d.png'))
  copyFileSync(path, join(pictures, 'dog/a-again.png'))
  utimesSync(join(pictures, 'dog/e.png'), 1e9, 1e9)
  await draw('dog/f')
  expect(await updateIndex(index, model, [pictures])).toMatchObject({
    size: 6,
    embedded: 2,
    moved: 3,
    kept: 1,
    removed: 4,
  })
  expect(computed).toBe(2)
  const second = await rowsOf(index)
  expect([...second.keys()].sort()).toEqual([
    'cat/a.png',
    'cat/b.png',
    'cat/d.png',
    'dog/a-again.png',
    'dog/e.png',
    'dog/f.png',
  ])
  expect(second.get('cat/d.png')).toEqual({
    vector: first.get('dog/d.png')?.vector,
    row: { ...first.get('dog/d.png')?.row, path: 'cat/d.png', label: 'cat' },
  })
  expect(second.get('dog/a-again.png')?.vector).toEqual(vector)
  expect(second.get('cat/b.png')?.vector).not.toEqual(first.get('cat/b.png')?.vector)
  expect(second.get('dog/e.png')?.row.modified).toBe(1e12)
  // what is on is what an index that is made anew has
  const anew = join(folder, 'anew')
  await updateIndex(anew, model, [pictures])
  const third = await rowsOf(anew)
  for (const [name, { vector, row }] of third) {
    expect(second.get(name)?.row).toEqual(row)
    for (const [i, value] of vector.entries()) expect(second.get(name)?.vector[i]).toBeCloseTo(value, 6)
  }
  // the part of which more was off than on is gone, with the next update also its files
  await updateIndex(index, model, [pictures])
  expect(readdirSync(index).sort()).toEqual(['index.json', 'rows-000002.parquet', 'vectors-000002.npy'])
})

test('many small updates are put together, and rows are those that are on', async () => {
  const own = join(folder, 'many')
  mkdirSync(own)
  const index = join(folder, 'many-index')
  const names: string[] = []
  for (let i = 0; i < 12; i++) {
    copyFileSync(join(pictures, 'cat/a.png'), join(own, `${i}.png`))
    writeFileSync(
      join(own, `${i}.png`),
      Buffer.concat([readFileSync(join(own, `${i}.png`)), Buffer.from([i])]),
    )
    names.push(`${i}.png`)
    if (i === 6) {
      rmSync(join(own, '2.png'))
      names.splice(2, 1)
    }
    expect(await updateIndex(index, model, [own])).toMatchObject({ size: names.length, embedded: 1 })
    expect([...(await rowsOf(index)).keys()].sort()).toEqual([...names].sort())
  }
  const parts = readdirSync(index).filter((name) => name.endsWith('.npy'))
  expect(parts.length).toBeLessThan(12)
})

test('what cannot be read is set aside by name, and read once it is mended', async () => {
  const own = join(folder, 'mixed')
  mkdirSync(own)
  for (const i of [1, 2, 3]) copyFileSync(join(pictures, 'cat/a.png'), join(own, `${i}.png`))
  writeFileSync(join(own, 'broken.png'), 'no picture')
  const index = join(folder, 'mixed-index')
  const made = await updateIndex(index, model, [own])
  expect(made).toMatchObject({ size: 3, unread: [{ path: 'broken.png', reason: expect.any(String) }] })
  copyFileSync(join(pictures, 'cat/b.png'), join(own, 'broken.png'))
  expect(await updateIndex(index, model, [own])).toMatchObject({ size: 4, embedded: 1, kept: 3, unread: [] })
})

test('several sets stand behind their names, and none is lost by leaving it out', async () => {
  const [one, two] = [join(folder, 'one'), join(folder, 'two')]
  for (const at of [one, two]) {
    mkdirSync(at)
    copyFileSync(join(pictures, 'cat/a.png'), join(at, 'x.png'))
  }
  const index = join(folder, 'both')
  await updateIndex(index, model, [one])
  expect(await updateIndex(index, model, [one, two])).toMatchObject({ size: 2, embedded: 0, moved: 2 })
  expect([...(await rowsOf(index)).keys()].sort()).toEqual(['one/x.png', 'two/x.png'])
  const opened = await openIndex(index)
  expect(opened.fileOf('two/x.png')).toBe(join(two, 'x.png'))
  expect(opened.fileOf('two/../one/x.png')).toBeUndefined()
  await opened.close()
  await expect(updateIndex(index, model, [two])).rejects.toThrow(
    /holds pictures of '.*one', which would be taken out/,
  )
  expect(await updateIndex(index, model, [two], { force: true })).toMatchObject({ size: 1 })
})

test('vectors of two models are not mixed, and a folder of other things is left alone', async () => {
  const index = join(folder, 'bound')
  await updateIndex(index, model, [pictures])
  writeFileSync(join(folder, 'other.onnx'), tinyModel({ seed: 5 }).bytes)
  const other = await openModel(join(folder, 'other.onnx'))
  await expect(updateIndex(index, other, [pictures])).rejects.toThrow(/vectors of another model/)
  await other.close()
  await expect(updateIndex(pictures, model, [pictures])).rejects.toThrow(/holds other things/)
  expect(readdirSync(pictures).sort()).toEqual(['cat', 'dog'])
})

test('a damaged index says which part, and what to do', async () => {
  const index = join(folder, 'damaged')
  await updateIndex(index, model, [pictures])
  const vectors = join(index, 'vectors-000001.npy')
  const whole = readFileSync(vectors)
  writeFileSync(vectors, whole.subarray(0, whole.length - 4))
  const opened = await openIndex(index)
  await expect(opened.vectors([0])).rejects.toThrow(
    /part 1 of the index .*vectors-000001\.npy.*embed the pictures again/,
  )
  await expect(opened.search(new Float32Array(8).fill(1), 1)).rejects.toThrow(/part 1 of the index/)
  writeFileSync(join(index, 'rows-000001.parquet'), 'PAR1 nothing PAR1')
  await expect((await openIndex(index)).rows([0])).rejects.toThrow(
    /part 1 of the index .*rows-000001\.parquet/,
  )
  rmSync(vectors)
  await expect((await openIndex(index)).vectors([0])).rejects.toThrow(/it is gone/)
  writeFileSync(join(index, 'index.json'), '{"format": 1, "parts": -1}')
  await expect(openIndex(index)).rejects.toThrow(/is damaged/)
  await expect(openIndex(join(folder, 'nowhere'))).rejects.toThrow(/there is no index/)
})
