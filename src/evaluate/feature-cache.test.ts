import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { leak } from '../judge/testing/banks.js'
import { type Tensor, tensor } from '../torch/index.js'
import { cacheKey, FeatureCache } from './feature-cache.js'

let run: string
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), 'selfsame-cache-'))
})
afterEach(() => rmSync(run, { recursive: true, force: true }))

const used = Int32Array.from([0, 1, 2 ** 24 + 1])
const bankOf = (...values: number[]) => ({
  rows: tensor(Float32Array.from(values), [3, values.length / 3]),
  used,
})
const files = () => readdirSync(join(run, 'features'))
const read = (cache: FeatureCache, key: string) => {
  const found = cache.read(key)
  if (!found) return undefined
  const { dtype } = found.rows
  const values = found.rows.toArray()
  found.rows.dispose()
  return { dtype, values, used: [...found.used] }
}

test('what was written is read, exactly; another key and --fresh find nothing', () => {
  const cache = new FeatureCache(run)
  const exact = bankOf(0.1, 1 / 3, -2, 1e-30, 7, 65505)
  cache.write('a', exact)
  expect(read(cache, 'a')).toEqual({ dtype: 'float32', values: exact.rows.toArray(), used: [...used] })
  expect(read(cache, 'b')).toBeUndefined()
  expect(new FeatureCache(run, { fresh: true }).has('a')).toBe(false)
  expect(read(new FeatureCache(run, { fresh: true }), 'a')).toBeUndefined()
  cache.write('pictures', { rows: tensor(Uint8Array.from([1, 2, 255]), [3, 1, 1, 1]), used })
  expect(read(cache, 'pictures')).toEqual({ dtype: 'uint8', values: [1, 2, 255], used: [...used] })
  expect(files().sort()).toEqual(['a.safetensors', 'pictures.safetensors'])
  exact.rows.dispose()
})

test('features of a bfloat16 network take half the bytes, and come back as float32', () => {
  const cache = new FeatureCache(run)
  const rows = tensor(
    Float32Array.from({ length: 3000 }, (_, i) => i % 256),
    [3, 1000],
  )
  cache.write('half', { rows, used })
  expect(readFileSync(join(run, 'features', 'half.safetensors')).length).toBeLessThan(6500)
  expect(read(cache, 'half')?.dtype).toBe('float32')
  expect(read(cache, 'half')?.values).toEqual(rows.toArray())
  rows.dispose()
})

test('one feature that needs all its bits keeps them all, wherever it is', () => {
  const cache = new FeatureCache(run)
  const values = Float32Array.from({ length: 10_000 }, (_, i) => i % 256)
  for (const last of [255, 0.1]) {
    values[values.length - 1] = last
    const rows = tensor(values, [5000, 2])
    cache.write('many', { rows, used: new Int32Array(5000) })
    expect(read(cache, 'many')?.values).toEqual(rows.toArray())
    rows.dispose()
  }
})

test('a damaged file is none, and is taken away', () => {
  const cache = new FeatureCache(run)
  const path = join(run, 'features', 'a.safetensors')
  const bank = bankOf(1, 2, 3)
  const spoil = (change: (file: Buffer) => Buffer) => {
    cache.write('a', bank)
    writeFileSync(path, change(readFileSync(path)))
    expect(read(cache, 'a')).toBeUndefined()
    expect(existsSync(path)).toBe(false)
  }
  spoil((file) => file.subarray(0, file.length - 5))
  spoil(() => Buffer.alloc(0))
  // one bit of one feature
  spoil((file) => {
    file[file.length - 20] = (file[file.length - 20] as number) ^ 1
    return file
  })
  bank.rows.dispose()
})

test('the banks that were not asked for longest make room, and one that is too large is not kept', () => {
  const bank = bankOf(0.1, 0.2, 0.3)
  new FeatureCache(run).write('a', bank)
  const size = statSync(join(run, 'features', 'a.safetensors')).size
  const cache = new FeatureCache(run, { limit: 2.5 * size })
  const at = (key: string, seconds: number) =>
    utimesSync(join(run, 'features', `${key}.safetensors`), seconds, seconds)
  cache.write('b', bank)
  at('a', 2000)
  at('b', 1000)
  cache.write('c', bank)
  expect(files().sort()).toEqual(['a.safetensors', 'c.safetensors'])
  const large: Tensor = tensor(Float32Array.from({ length: 3000 }, Math.random), [3, 1000])
  cache.write('large', { rows: large, used })
  expect(files().sort()).toEqual(['a.safetensors', 'c.safetensors'])
  large.dispose()
  bank.rows.dispose()
})

test('results are read as they were written, or not kept', () => {
  const cache = new FeatureCache(run)
  const line = { name: 'knn', values: [0.1, 1 / 3], chosen: { k: 20 } }
  cache.writeResult('a', line)
  expect(cache.readResult('a')).toEqual(line)
  expect(new FeatureCache(run, { fresh: true }).readResult('a')).toBeUndefined()
  // JSON knows no infinity
  cache.writeResult('b', { loss: Number.POSITIVE_INFINITY })
  expect(cache.readResult('b')).toBeUndefined()
  // one digit of a figure
  const path = join(run, 'features', 'a.json')
  writeFileSync(path, readFileSync(path, 'utf8').replace('0.1', '0.2'))
  expect(cache.readResult('a')).toBeUndefined()
  writeFileSync(join(run, 'features', 'a.json'), '{"name": "kn')
  expect(cache.readResult('a')).toBeUndefined()
  expect(existsSync(join(run, 'features', 'a.json'))).toBe(false)
})

test('where nothing can be written, nothing is kept and nothing is thrown', () => {
  writeFileSync(join(run, 'features'), 'in the way')
  const bank = bankOf(1, 2, 3)
  const cache = new FeatureCache(run)
  expect(() => cache.write('a', bank)).not.toThrow()
  expect(cache.has('a')).toBe(false)
  bank.rows.dispose()
})

test('no tensor is left behind; a key depends on all that is given', () => {
  const cache = new FeatureCache(run)
  const bank = bankOf(1, 2, 3)
  expect(
    leak(() => {
      cache.write('a', bank)
      cache.read('a')?.rows.dispose()
    }),
  ).toBe(0)
  bank.rows.dispose()
  expect(cacheKey({ a: 1, b: 2 })).toBe(cacheKey({ a: 1, b: 2 }))
  expect(new Set([cacheKey({ a: 1 }), cacheKey({ a: 2 }), cacheKey({ b: 1 })]).size).toBe(3)
})
