/** What of the browser's part needs no browser: no Node in it, files, npy, search, and models by onnxruntime. */
import { createRequire } from 'node:module'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { bundleForBrowsers } from '../../../scripts/lib/browser-module.mjs'
import { npyHeader } from '../store/npy.js'
import { noise, tinyModel } from '../testing/tiny-model.js'
import { toLengthOne } from './embed.js'
import { type Files, filesAt, filesOf } from './files.js'
import { openIndex } from './open-index.js'
import { openModel } from './open-model.js'
import type { Ort } from './ort.js'
import { nearest } from './search.js'

afterEach(() => {
  vi.unstubAllGlobals()
})
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text))
const folder = (files: Record<string, Uint8Array>): Files => ({
  name: 'folder',
  read: async (path) => files[path] as Uint8Array<ArrayBuffer> | undefined,
})

test('it is one module without any import, and names nothing of Node', async () => {
  const { code, imports, moduleIds } = await bundleForBrowsers({ minify: false })
  expect(imports).toEqual([])
  expect(moduleIds.length).toBeGreaterThan(15)
  expect(code.match(/\b(?:Buffer|process|require|__dirname|node:[a-z]+)\b[.('"]/g) ?? []).toEqual([])
})

describe('files', () => {
  const given = (path: string, text: string) =>
    Object.assign(new Blob([text]), { name: path.split('/').at(-1) as string, webkitRelativePath: path })

  test('of a folder that was given are found by their paths within it', async () => {
    const files = filesOf([given('mine/a.json', '1'), given('mine/onnx/b', '2')])
    expect(files.name).toBe('mine')
    expect(await files.read('onnx/b')).toEqual(bytesOf('2'))
    expect(await files.read('b')).toBeUndefined()
    expect(await filesOf([given('b', '3')]).read('b')).toEqual(bytesOf('3'))
  })

  test('at an address are fetched; a web page in their place is none', async () => {
    const answers: Record<string, Response> = {
      'models/mine/onnx/a%20b': new Response('yes'),
      'models/mine/page': new Response('<!DOCTYPE html><html>'),
      'models/mine/none': new Response('', { status: 404 }),
      'models/mine/broken': new Response('', { status: 500 }),
    }
    vi.stubGlobal('fetch', async (place: string) => answers[place] ?? Promise.reject(new TypeError('no')))
    const files = filesAt('models/mine')
    expect(await files.read('onnx/a b')).toEqual(bytesOf('yes'))
    expect(await files.read('page')).toBeUndefined()
    expect(await files.read('none')).toBeUndefined()
    await expect(files.read('broken')).rejects.toThrow('status 500')
    await expect(files.read('elsewhere')).rejects.toThrow('check that its server is running')
  })
})

describe('a model', () => {
  const CPU = { executionProviders: ['cpu'] }
  const node = createRequire(import.meta.url)('onnxruntime-node') as Ort
  const picture = (seed: number) => {
    const next = noise(seed)
    return {
      data: Uint8Array.from({ length: 20 * 30 * 3 }, () => 128 + 100 * next()),
      width: 20,
      height: 30,
      channels: 3,
    }
  }

  test('of ours is opened by its metadata, and questions at the same time are answered in turn', async () => {
    const { bytes, id } = tinyModel()
    const model = await openModel(node, folder({ 'onnx/model.onnx': bytes }), CPU)
    expect([model.id, model.dimension]).toEqual([id, 8])
    const pictures = [picture(1), picture(2), picture(3)]
    const together = await model.encode(pictures)
    const alone = await Promise.all(pictures.map((one) => model.encode([one])))
    for (const [i, vector] of alone.entries())
      for (const [j, value] of vector.entries()) expect(value).toBeCloseTo(together[8 * i + j] as number, 5)
    await model.close()
  })

  test('of a stranger has the id that Node gives it', async () => {
    const { bytes } = tinyModel({ stranger: true })
    const config = JSON.stringify({ size: 16, image_mean: [0.5, 0.5, 0.5], image_std: [0.25, 0.25, 0.25] })
    const files = { 'onnx/model.onnx': bytes, 'preprocessor_config.json': bytesOf(config) }
    const { id, dimension, preprocessing, close } = await openModel(node, folder(files), CPU)
    const { createHash } = await import('node:crypto')
    const expected = createHash('sha256').update(bytes).update(JSON.stringify(preprocessing)).digest('hex')
    expect([id, dimension, preprocessing.size]).toEqual([expected, 8, 16])
    await close()
    await expect(openModel(node, folder({ 'model.onnx': bytes }), CPU)).rejects.toThrow(
      'no preprocessor_config.json',
    )
  })

  test('that is not there or damaged is told in a sentence', async () => {
    await expect(openModel(node, folder({}))).rejects.toThrow(
      /no onnx\/model.onnx and no model.onnx in 'folder'/,
    )
    await expect(openModel(node, folder({ 'model.onnx': bytesOf('no model') }))).rejects.toThrow(
      /'folder\/model.onnx'/,
    )
    const cut = tinyModel().bytes.slice(0, 500)
    await expect(openModel(node, folder({ 'model.onnx': cut }), CPU)).rejects.toThrow(/'folder\/model.onnx'/)
  })
})

test('search finds what a sort of all cosines finds, and of equal ones the first', () => {
  const next = noise(5)
  const [count, dimension] = [300, 12]
  const vectors = Float32Array.from({ length: count * dimension }, next)
  toLengthOne(vectors, dimension)
  vectors.copyWithin(40 * dimension, 7 * dimension, 8 * dimension)
  const query = vectors.slice(7 * dimension, 8 * dimension).map((value) => 3 * value)
  const all = Array.from({ length: count }, (_, row) => {
    let score = 0
    for (let i = 0; i < dimension; i++)
      score += ((query[i] as number) / 3) * (vectors[row * dimension + i] as number)
    return { row, score }
  }).sort((a, b) => b.score - a.score || a.row - b.row)
  for (const k of [1, 2, 10, 300, 1000]) {
    const found = nearest(vectors, query, k)
    expect(found.map(({ row }) => row).slice(0, 20)).toEqual(
      all.slice(0, Math.min(k, 20)).map(({ row }) => row),
    )
    expect(found).toHaveLength(Math.min(k, count))
    for (const [i, { score }] of found.entries()) expect(score).toBeCloseTo(all[i]?.score as number, 5)
  }
})

describe('an index', () => {
  const part = (rows: number, columns: number, first: number) => {
    const values = Float32Array.from({ length: rows * columns }, (_, i) => first + i)
    return Buffer.concat([npyHeader(rows, columns), new Uint8Array(values.buffer)])
  }
  const record = (parts: object[], dimension = 2) =>
    bytesOf(
      JSON.stringify({
        format: 1,
        model: { id: 'm', from: 'f', dimension, preprocessing: tinyModel().preprocessing },
        data: ['pictures'],
        parts,
        unread: [],
      }),
    )
  const two = [
    { number: 1, rows: 3, off: [1] },
    { number: 7, rows: 1, off: [] },
  ]

  test('has the vectors of all parts in their order, without rows that are off', async () => {
    const files = {
      'index.json': record(two),
      'vectors-000001.npy': part(3, 2, 0),
      'vectors-000007.npy': part(1, 2, 10),
    }
    const { size, dimension, vectors } = await openIndex(folder(files))
    expect([size, dimension, [...vectors]]).toEqual([3, 2, [0, 1, 4, 5, 10, 11]])
  })

  test.each<[string, Record<string, Uint8Array>, RegExp]>([
    ['is none', {}, /no index.json in 'folder'/],
    ['is no JSON', { 'index.json': bytesOf('{') }, /is no JSON/],
    ['is of another form', { 'index.json': bytesOf('{"format":2}') }, /not understood/],
    [
      'lacks a part',
      { 'index.json': record(two), 'vectors-000001.npy': part(3, 2, 0) },
      /lacks vectors-000007.npy/,
    ],
    [
      'has a part of another',
      { 'index.json': record(two), 'vectors-000001.npy': part(4, 2, 0) },
      /is \[4, 2\] where/,
    ],
    [
      'has a part cut short',
      { 'index.json': record(two), 'vectors-000001.npy': part(3, 2, 0).subarray(0, 140) },
      /takes 24/,
    ],
    [
      'has a part that is none',
      { 'index.json': record(two), 'vectors-000001.npy': bytesOf('nothing of the kind') },
      /does not begin/,
    ],
  ])('that %s is refused', async (_, files, why) => {
    await expect(openIndex(folder(files))).rejects.toThrow(why)
  })
})
