import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/cli.js'
import { drawPictures } from '../../test/support/pictures.js'
import { decodedAs, openData, type Picture } from '../images/index.js'
import { disposeState, judgedBranch } from '../learn/state.js'
import { train } from '../library/train.js'
import { decodeSafetensors, EVAL, stateDict, translateWeights } from '../nn/index.js'
import { flip } from '../run/testing.js'
import { disposeAll, memory, noGrad, ops, scope } from '../torch/index.js'
import { SILENT } from '../trainer/progress.js'
import { openTrained } from '../trainer/trained.js'
import type { Model } from '../use/model/model.js'
import { openModel } from '../use/model/open-model.js'
import { apart } from './agreement.js'
import { exportRun } from './export.js'
import { openRunModel } from './run-model.js'

const folder = temporaryFolder()
const pictures = join(folder, 'pictures')
const SMALL = {
  ...{ size: 16, batch: 8, epochs: 1, probeEvery: 0, precision: 'float32' as const, workers: 0 },
  projector: { hidden: 16, outputs: 8 },
}
const runs = { byol: join(folder, 'byol'), simclr: join(folder, 'simclr'), dino: join(folder, 'dino') }

beforeAll(async () => {
  await drawPictures(pictures, 16)
  const begin = async (out: string, options: object) =>
    (await train(pictures, { ...SMALL, ...options, out })).finish()
  await begin(runs.byol, { method: 'byol', encoder: 'resnet18x0.125' })
  await begin(runs.simclr, { method: 'simclr-v2', encoder: 'small', readout: { layers: 1 } })
  await begin(runs.dino, { method: 'dino', encoder: { name: 'vit-mini', patch: 8, registers: 2 } })
}, 120_000)

async function some(model: Model): Promise<Picture[]> {
  const { decodeTo, channels } = model.preprocessing
  const { train: source } = decodedAs(await openData(pictures), { shrinkTo: decodeTo as number, channels })
  return await Promise.all(Array.from({ length: 5 }, (_, i) => source.read(i)))
}

test.each(Object.entries(runs))(
  '%s: the model folder and the run give the same vectors, under one id',
  async (name, run) => {
    const before = memory().tensors
    const out = join(folder, `${name}-out`)
    const exported = await exportRun(run, { out })
    expect(memory().tensors).toBe(before)
    expect(readdirSync(out).sort()).toEqual(['config.json', 'onnx', 'preprocessor_config.json'])
    const [ours, theirs] = [await openRunModel(run), await openModel(out)]
    expect(theirs.id).toBe(ours.id)
    expect(exported.metadata.id).toBe(ours.id)
    expect([theirs.dimension, theirs.preprocessing]).toEqual([ours.dimension, ours.preprocessing])
    const seen = await some(ours)
    const [a, b] = [await ours.encode(seen), await theirs.encode(seen)]
    expect(apart(b, a)).toBeLessThan(1e-4)
    expect(ours.engine).toMatch(/^libtorch \d/)
    await Promise.all([ours.close(), theirs.close()])
    expect(memory().tensors).toBe(before)
  },
)

test('of a transformer each token comes out, and config.json names what transformers.js takes it for', async () => {
  const out = join(folder, 'dino-out')
  const read = (name: string) => JSON.parse(readFileSync(join(out, name), 'utf8'))
  expect(read('config.json')).toMatchObject({
    model_type: 'vit',
    image_size: 16,
    selfsame: { method: 'dino', step: 2 },
  })
  expect(read('preprocessor_config.json')).toMatchObject({
    do_resize: true,
    resample: 1,
    crop_size: { height: 16, width: 16 },
  })
  expect(readFileSync(join(out, 'onnx/model.onnx')).includes('last_hidden_state')).toBe(true)
  expect(readFileSync(join(folder, 'byol-out/onnx/model.onnx')).includes('last_hidden_state')).toBe(false)
})

test('the head, quantised forms and another folder of pictures; an export is replaced, anything else is not', async () => {
  const out = join(folder, 'head')
  const first = await exportRun(runs.byol, { out, head: true })
  expect(first.metadata).toMatchObject({ dimension: 8, head: true })
  const own = await openRunModel(runs.byol)
  expect(first.metadata.id).not.toBe(own.id)
  await own.close()

  const { onnx, files } = await exportRun(runs.byol, { out, quantize: ['int8', 'fp16'], data: pictures })
  expect(files.map(({ path }) => path)).toEqual([
    ...['config.json', 'preprocessor_config.json', 'onnx/model.onnx'],
    ...['onnx/model_quantized.onnx', 'onnx/model_fp16.onnx'],
  ])
  expect(onnx?.agreement).toMatchObject({ pictures: 8, on: 'pictures', onThreshold: 0 })
  const [int8, fp16] = onnx?.quantized ?? []
  expect(int8?.loss?.cosine.mean).toBeGreaterThan(0.99)
  expect(fp16?.loss?.sameNeighbour).toBe(1)
  expect(
    new Set([first, int8, fp16].map((one) => (one && 'id' in one ? one.id : first.metadata.id))).size,
  ).toBe(3)
  const small = await openModel(out, { quantised: 'int8' })
  expect(small.id).toBe(int8?.id)
  await small.close()

  const foreign = join(folder, 'foreign')
  mkdirSync(foreign)
  writeFileSync(join(foreign, 'letter.txt'), 'dear')
  await expect(exportRun(runs.byol, { out: foreign })).rejects.toThrow(
    `${foreign} holds other files than an export (letter.txt): choose another folder by \`out\``,
  )
  await expect(exportRun(runs.byol, { out: join(foreign, 'letter.txt') })).rejects.toThrow(/is not a folder/)
  expect(readdirSync(foreign)).toEqual(['letter.txt'])
  expect(readdirSync(folder).filter((name) => /tmp|old/.test(name))).toEqual([])
})

test('safetensors: torchvision names and timm names, whose weights give the same features', async () => {
  const before = memory().tensors
  const resnet = await exportRun(runs.byol, { format: 'safetensors' })
  expect(resnet.out).toBe(join(runs.byol, 'export-safetensors'))
  expect(resnet.weights?.names).toBe('torchvision')
  const vit = await exportRun(runs.dino, { format: 'safetensors' })
  expect(vit.weights?.names).toBe('timm')
  expect(vit.weights?.load?.join('\n')).toContain('reg_tokens=2, no_embed_class=True')
  const run = await openTrained(runs.dino, SILENT)
  const { encoder } = judgedBranch(run.trained)
  const file = decodeSafetensors(readFileSync(join(vit.out, 'model.safetensors')))
  // positions are of patches alone, as timm has them beside registers
  expect(file.tensors.get('pos_embed')?.shape).toEqual([1, 4, 128])
  scope(() =>
    noGrad(() => {
      const x = ops.randn([2, 3, 16, 16])
      const wanted = encoder.forward(x, EVAL).toFloat32()
      const translated = translateWeights(file.tensors)
      expect(translated?.layout).toBe('timm or DINO vision transformer')
      for (const [name, one] of stateDict(encoder)) {
        const given = translated?.tensors.get(name)
        if (given) one.copy_(given)
        else expect(name).toBe('mask_token')
      }
      expect(apart(encoder.forward(x, EVAL).toFloat32(), wanted)).toBeLessThan(1e-6)
    }),
  )
  disposeAll(file.tensors)
  disposeState(run.trained)
  expect(memory().tensors).toBe(before)
  await expect(exportRun(runs.byol, { format: 'safetensors', quantize: ['fp16'] })).rejects.toThrow(
    "safetensors hold the encoder's weights as they are: leave out `quantize`, or choose `format: 'onnx'`",
  )
})

test('a signal stops it before anything is written', async () => {
  const before = memory().tensors
  const out = join(folder, 'stopped')
  const stop = new AbortController()
  const progress = { ...SILENT, work: () => stop.abort(new Error('enough')) }
  const stopped = exportRun(runs.byol, { out, quantize: ['fp16'], progress, signal: stop.signal })
  await expect(stopped).rejects.toThrow('enough')
  expect(existsSync(out)).toBe(false)
  expect(memory().tensors).toBe(before)
})

test('no run, a damaged checkpoint, pictures that are gone', async () => {
  await expect(exportRun(join(folder, 'nothing'))).rejects.toThrow(/there is no run in/)

  const damaged = join(folder, 'damaged')
  cpSync(runs.byol, damaged, { recursive: true })
  for (const name of readdirSync(damaged, { recursive: true }) as string[])
    if (name.endsWith('.safetensors')) flip(join(damaged, name), -9)
  await expect(exportRun(damaged, { out: join(damaged, 'out') })).rejects.toThrow(
    /no checkpoint yet|is not sound|damaged/,
  )
  expect(existsSync(join(damaged, 'out'))).toBe(false)

  const moved = join(folder, 'moved')
  cpSync(runs.byol, moved, { recursive: true })
  const notes: string[] = []
  renameSync(pictures, join(folder, 'elsewhere'))
  try {
    const { onnx } = await exportRun(moved, {
      out: join(folder, 'noise'),
      progress: { ...SILENT, note: (text) => notes.push(text) },
    })
    expect(onnx?.agreement.on).toBe('noise')
    expect(notes.join('\n')).toMatch(/The pictures of the run are not to be had/)
    await expect(exportRun(moved, { quantize: ['int8'], out: join(folder, 'noise') })).rejects.toThrow(
      'numbers of 8 bits need pictures to take their range from: give some like those that it was trained on',
    )
  } finally {
    renameSync(join(folder, 'elsewhere'), pictures)
  }
})
