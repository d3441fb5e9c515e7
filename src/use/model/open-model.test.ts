import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/cli.js'
import type { Picture } from '../../images/index.js'
import { noise, tinyModel } from '../testing/tiny-model.js'
import { openModel } from './open-model.js'
import { resampleAll } from './resample.js'
import { loadedSessions } from './shared-sessions.js'

const folder = temporaryFolder()
let count = 0
afterAll(() => expect(loadedSessions()).toBe(0))

/** Writes files by name, and gives their folder. */
function written(files: Record<string, Uint8Array | string>): string {
  const at = join(folder, `model-${count++}`)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(at, name, '..'), { recursive: true })
    writeFileSync(join(at, name), content)
  }
  return at
}

function picture(width: number, height: number, channels = 3, seed = width): Picture {
  const next = noise(seed)
  return {
    data: Uint8Array.from({ length: width * height * channels }, () => 127 * (next() + 1)),
    width,
    height,
    channels,
  }
}

/** The tiny model by plain loops. */
function byHand(values: Float32Array, weights: Float32Array, channels: number, size: number): number[] {
  const dimension = weights.length / (9 * channels)
  return Array.from({ length: dimension }, (_, d) => {
    let mean = 0
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++) {
        let sum = 0
        for (let c = 0; c < channels; c++)
          for (let j = -1; j <= 1; j++)
            for (let i = -1; i <= 1; i++) {
              const [down, across] = [y + j, x + i]
              if (down < 0 || across < 0 || down >= size || across >= size) continue
              const weight = weights[((d * channels + c) * 3 + j + 1) * 3 + i + 1] as number
              sum += weight * (values[(c * size + down) * size + across] as number)
            }
        mean += Math.max(0, sum) / size ** 2
      }
    return mean
  })
}

test('vectors of a model folder are those of plain loops, for any number of pictures', async () => {
  const { bytes, weights, preprocessing, id } = tinyModel()
  const model = await openModel(written({ 'onnx/model.onnx': bytes }))
  expect(model).toMatchObject({
    id,
    dimension: 8,
    preprocessing,
    engine: expect.stringMatching(/^onnxruntime 1\.\d+/),
  })
  const pictures = Array.from({ length: 70 }, (_, i) => picture(10 + i, 40 - (i % 7)))
  const vectors = await model.encode(pictures)
  expect(vectors.length).toBe(70 * 8)
  for (const i of [0, 1, 63, 64, 69]) {
    const expected = byHand(resampleAll([pictures[i] as Picture], preprocessing), weights, 3, 16)
    for (const [d, value] of expected.entries()) expect(vectors[8 * i + d]).toBeCloseTo(value, 4)
  }
  await model.close()
})

test('a model that is opened twice is loaded once and goes with the last', async () => {
  const file = join(written({ 'a.onnx': tinyModel().bytes }), 'a.onnx')
  const [one, two] = await Promise.all([openModel(file), openModel(file)])
  expect(loadedSessions()).toBe(1)
  await one.close()
  await one.close()
  expect((await two.encode([picture(9, 9)])).length).toBe(8)
  await two.close()
  expect(loadedSessions()).toBe(0)
  await expect(one.encode([picture(9, 9)])).rejects.toThrow(/is closed/)
})

const STRANGER = {
  crop_pct: 0.875,
  do_normalize: true,
  do_rescale: true,
  do_resize: true,
  image_mean: [0.485, 0.456, 0.406],
  image_std: [0.229, 0.224, 0.225],
  image_processor_type: 'ConvNextImageProcessor',
  resample: 3,
  size: { shortest_edge: 16 },
}

test("a stranger's folder is prepared as it says", async () => {
  const { bytes, weights } = tinyModel({ stranger: true, output: 'last_hidden_state' })
  const at = written({ 'onnx/model.onnx': bytes, 'preprocessor_config.json': JSON.stringify(STRANGER) })
  const model = await openModel(at)
  const { preprocessing } = model
  expect(preprocessing).toEqual({
    size: 16,
    share: 0.875,
    channels: 3,
    maximum: 255,
    decodeTo: 37,
    mean: [expect.closeTo(0.485), expect.closeTo(0.456), expect.closeTo(0.406)],
    std: [expect.closeTo(0.229), expect.closeTo(0.224), expect.closeTo(0.225)],
  })
  const one = picture(40, 30)
  const expected = byHand(resampleAll([one], preprocessing), weights, 3, 16)
  const vector = await model.encode([one])
  for (const [d, value] of expected.entries()) expect(vector[d]).toBeCloseTo(value, 4)
  await model.close()
  const other = await openModel(
    written({
      'model.onnx': bytes,
      'preprocessor_config.json': JSON.stringify({ ...STRANGER, crop_pct: 1 }),
    }),
  )
  expect(other.id).not.toBe(model.id)
  await other.close()
})

test('a model of one batch size takes any number of pictures', async () => {
  const { bytes } = tinyModel({ batch: 3 })
  const free = tinyModel()
  const [fixed, any] = await Promise.all(
    [bytes, free.bytes].map((file) => openModel(join(written({ 'm.onnx': file }), 'm.onnx'))),
  )
  const pictures = [1, 2, 3, 4].map((i) => picture(20 + i, 20))
  const vectors = (await fixed?.encode(pictures)) as Float32Array
  const expected = (await any?.encode(pictures)) as Float32Array
  expect(vectors.length).toBe(32)
  for (const [i, value] of expected.entries()) expect(vectors[i]).toBeCloseTo(value, 5)
  await fixed?.close()
  await any?.close()
})

const own = tinyModel()
const text = (value: unknown) => JSON.stringify(value)
test.each<[string, () => string, RegExp]>([
  ['nothing', () => join(folder, 'none'), /there is no model/],
  ['no model', () => join(written({ 'a.txt': 'x' }), 'a.txt'), /give a model folder, an ONNX file/],
  ['an empty folder', () => written({ 'README.md': '' }), /holds no ONNX file/],
  ['a run without its export', () => written({ 'run.json': '{}' }), /no exported model yet.*selfsame export/],
  [
    'a page of a server',
    () => join(written({ 'a.onnx': '<html>not found</html>' }), 'a.onnx'),
    /no ONNX model, or is cut short/,
  ],
  [
    'a file cut short',
    () => join(written({ 'a.onnx': own.bytes.subarray(0, 400) }), 'a.onnx'),
    /no ONNX model|cannot load/,
  ],
  [
    'a file damaged inside',
    () => join(written({ 'a.onnx': own.bytes.map((byte, i) => (i > 30 && i < 90 ? 255 : byte)) }), 'a.onnx'),
    /no ONNX model|cannot load/,
  ],
  [
    'a stranger who says nothing',
    () => join(written({ 'a.onnx': tinyModel({ stranger: true }).bytes }), 'a.onnx'),
    /there is no preprocessor_config.json/,
  ],
  [
    'another size than said',
    () =>
      written({
        'model.onnx': tinyModel({ stranger: true }).bytes,
        'preprocessor_config.json': text({ ...STRANGER, size: 224 }),
      }),
    /takes \[batch, 3, 16, 16\]/,
  ],
  [
    'a size of no sense',
    () =>
      written({
        'model.onnx': tinyModel({ stranger: true }).bytes,
        'preprocessor_config.json': text({ size: 'huge' }),
      }),
    /'size' that is not understood/,
  ],
  [
    'a size beyond all',
    () => written({ 'model.onnx': tinyModel({ preprocessing: { size: 1e9 } }).bytes }),
    /'preprocessing.size'/,
  ],
  [
    'blue before red',
    () =>
      written({
        'model.onnx': tinyModel({ stranger: true }).bytes,
        'preprocessor_config.json': text({ ...STRANGER, do_flip_channel_order: true }),
      }),
    /blue before red/,
  ],
])('%s is one sentence', async (_, make, message) => {
  const error = await openModel(make()).then(
    () => undefined,
    (error: Error) => error,
  )
  expect(error?.message).toMatch(message)
  expect(error?.message).not.toMatch(/\n/)
})
