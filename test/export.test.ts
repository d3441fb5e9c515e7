/** `selfsame export` as it is typed. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { train } from '../src/library/train.js'
import { selfsame, temporaryFolder } from './support/cli.js'
import { drawPictures } from './support/pictures.js'

const folder = temporaryFolder()
const run = join(folder, 'run')

beforeAll(async () => {
  const pictures = join(folder, 'pictures')
  await drawPictures(pictures, 12)
  await (await train(pictures, { size: 16, batch: 6, epochs: 1, probeEvery: 0, out: run })).finish()
})

test('one JSON object says what was written, how near it is, and what smaller files cost', async () => {
  const { code, stdout } = await selfsame(['export', run, '--quantize', 'fp16', '--json'])
  expect(code).toBe(0)
  const told = JSON.parse(stdout)
  expect(told).toMatchObject({
    run,
    out: join(run, 'export'),
    format: 'onnx',
    dimension: 1024,
    method: 'byol',
    step: 2,
  })
  expect(told.id).toMatch(/^[0-9a-f]{64}$/)
  expect(told.files.map(({ path }: { path: string }) => path)).toEqual([
    ...['config.json', 'preprocessor_config.json', 'onnx/model.onnx', 'onnx/model_fp16.onnx'],
  ])
  for (const { path, bytes } of told.files) {
    expect(existsSync(join(run, 'export', path))).toBe(true)
    expect(bytes).toBeGreaterThan(100)
  }
  expect(told.agreement).toMatchObject({ pictures: 8, on: 'pictures', on_threshold: 0 })
  expect(told.agreement.largest).toBeLessThan(1e-4)
  expect(told.quantized[0]).toMatchObject({ scheme: 'fp16', file: 'onnx/model_fp16.onnx' })
  expect(told.quantized[0].cosine.least).toBeGreaterThan(0.999)
})

test.each([
  [['--quantize', 'int4'], "there is no quantisation 'int4': did you mean 'int8'?"],
  [
    ['--format', 'safetensors', '--head'],
    "safetensors hold the encoder's weights as they are: leave out --head, or choose --format onnx",
  ],
])('export %j is misuse', async (words, message) => {
  const { code, stderr } = await selfsame(['export', run, ...words])
  expect(stderr).toContain(message)
  expect(code).toBe(2)
})
