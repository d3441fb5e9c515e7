import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/cli.js'
import type { Model } from '../model/model.js'
import { openModel } from '../model/open-model.js'
import { updateIndex } from '../store/update-index.js'
import { noise, tinyModel } from '../testing/tiny-model.js'
import { embedToFile } from './embed-to-file.js'

const folder = temporaryFolder()
const pictures = join(folder, 'pictures')
const PIECE = 40
/** More than two pieces. */
const COUNT = 2 * PIECE + 21
let model: Model

beforeAll(async () => {
  const file = join(folder, 'model.onnx')
  writeFileSync(file, tinyModel().bytes)
  model = await openModel(file)
  const next = noise(9)
  for (const name of ['cat', 'dog']) mkdirSync(join(pictures, name), { recursive: true })
  await Promise.all(
    Array.from({ length: COUNT }, (_, i) => {
      const data = Uint8Array.from({ length: 12 * 10 * 3 }, () => 127 * (next() + 1))
      const path = join(pictures, i % 2 ? 'cat' : 'dog', `${String(i).padStart(5, '0')}.png`)
      return sharp(data, { raw: { width: 12, height: 10, channels: 3 } })
        .png()
        .toFile(path)
    }),
  )
  writeFileSync(join(pictures, 'cat/00001.png'), 'no picture')
})
afterAll(() => model.close())

/** Values of an array that NumPy could have written. */
function npy(path: string): { shape: number[]; values: Float32Array } {
  const bytes = readFileSync(path)
  expect(bytes.toString('latin1', 0, 8)).toBe('\x93NUMPY\x01\x00')
  const start = 10 + bytes.readUInt16LE(8)
  expect(start % 64).toBe(0)
  const header = bytes.toString('latin1', 10, start)
  expect(header).toMatch(/^\{'descr': '<f4', 'fortran_order': False, 'shape': \(\d+, \d+\), \} *\n$/)
  const shape = (/\((\d+), (\d+)\)/.exec(header) ?? []).slice(1).map(Number)
  return { shape, values: new Float32Array(Uint8Array.from(bytes.subarray(start)).buffer) }
}

test('an array with the names beside it, and the same as a table', async () => {
  const out = join(folder, 'vectors.npy')
  const made = await embedToFile(out, model, [pictures], { piece: PIECE })
  expect(made).toMatchObject({ size: COUNT - 1, dimension: 8, files: [out, join(folder, 'vectors.json')] })
  expect(made.unread).toEqual([{ path: 'cat/00001.png', reason: expect.stringMatching(/not JPEG/) }])
  const { shape, values } = npy(out)
  expect(shape).toEqual([COUNT - 1, 8])
  const { paths, labels, unread, model: own } = JSON.parse(readFileSync(join(folder, 'vectors.json'), 'utf8'))
  expect([paths.length, labels.length, unread.length, own.id]).toEqual([COUNT - 1, COUNT - 1, 1, model.id])
  for (const row of [0, 39, 40, COUNT - 2]) {
    const { data, info } = await sharp(join(pictures, paths[row])).raw().toBuffer({ resolveWithObject: true })
    const vector = await model.encode([{ data, width: info.width, height: info.height, channels: 3 }])
    for (let i = 0; i < 8; i++) expect(values[8 * row + i]).toBeCloseTo(vector[i] as number, 5)
    expect(paths[row].startsWith(labels[row])).toBe(true)
  }
  const table = join(folder, 'vectors.parquet')
  await embedToFile(table, model, [pictures], { piece: PIECE })
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(table) })
  expect(rows.map(({ path }) => path)).toEqual(paths)
  expect(rows.map(({ label }) => label)).toEqual(labels)
  expect(Float32Array.from(rows.flatMap(({ vector }) => Array.from(vector as number[])))).toEqual(values)
  expect(readdirSync(folder).filter((name) => /unfinished|part$|lock/.test(name))).toEqual([])
})

test.each(['broken.npy', 'broken.parquet', 'broken'])(
  '%s that is stopped and gone on with is that of one go',
  async (name) => {
    const whole = name.replace('broken', 'whole')
    const embed = (path: string, options = {}) => {
      const how = { batch: 16, piece: PIECE, ...options }
      return name === 'broken'
        ? updateIndex(path, model, [pictures], how)
        : embedToFile(path, model, [pictures], how)
    }
    await embed(join(folder, whole))
    const out = join(folder, name)
    for (const at of [10, PIECE + 20, 2 * PIECE + 10]) {
      const stop = new AbortController()
      const progress = (done: number) => {
        if (done >= at) stop.abort(new Error('stopped'))
      }
      await expect(embed(out, { signal: stop.signal, progress })).rejects.toThrow('stopped')
      expect(existsSync(name === 'broken' ? join(out, 'index.json') : out)).toBe(false)
    }
    const done: number[] = []
    await embed(out, { progress: (count: number) => done.push(count) })
    expect(done[0]).toBe(2 * PIECE)
    const files = name === 'broken' ? ['index.json', 'vectors-000001.npy', 'rows-000001.parquet'] : ['']
    for (const file of files)
      expect(readFileSync(join(out, file)).equals(readFileSync(join(folder, whole, file)))).toBe(true)
  },
)

test("a file of somebody else's is not replaced, and too many that cannot be read stop it", async () => {
  const out = join(folder, 'mine.npy')
  writeFileSync(out, 'mine')
  await expect(embedToFile(out, model, [pictures], { piece: PIECE })).rejects.toThrow(
    /was not written by selfsame/,
  )
  expect(readFileSync(out, 'utf8')).toBe('mine')
  const bad = join(folder, 'bad')
  mkdirSync(bad)
  for (let i = 0; i < 12; i++)
    writeFileSync(join(bad, `${i}.png`), readFileSync(join(pictures, 'dog/00000.png')))
  for (let i = 0; i < 7; i++) writeFileSync(join(bad, `bad-${i}.png`), 'no picture')
  await expect(embedToFile(join(folder, 'bad.npy'), model, [bad])).rejects.toThrow(
    /of 19 pictures cannot be read/,
  )
  await expect(embedToFile(join(folder, 'some.npy'), model, [bad], { badShare: 0.5 })).resolves.toMatchObject(
    { size: 12 },
  )
})
