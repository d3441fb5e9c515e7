/** A run that begins from another: from the command line and from TypeScript, gone on with and judged. */
import { cpSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { type TrainOptions, train } from '../src/index.js'
import { sealOf } from '../src/run/index.js'
import { memory } from '../src/torch/index.js'
import { selfsame, temporaryFolder } from './support/cli.js'
import { drawPictures } from './support/pictures.js'

const folder = temporaryFolder()
const pictures = join(folder, 'pictures')
const [source, moved] = [join(folder, 'source'), join(folder, 'moved')]
const SMALL: TrainOptions = {
  ...{ size: 16, batch: 16, seed: 3, warmup: 0, precision: 'float32', probeEvery: 0, encoder: 'resnet18' },
  projector: { hidden: 16, outputs: 8 },
  predictor: { hidden: 16 },
}
const WORDS = ['--batch', '16', '--seed', '4', '--precision', 'float32', '--probe-every', '0']
const SET = ['warmup=0', 'projector.hidden=16', 'projector.outputs=8', 'predictor.hidden=16'].flatMap(
  (one) => ['--set', one],
)
const bytes = (run: string, file: string) => readFileSync(join(run, file))

beforeAll(async () => {
  await drawPictures(pictures, 60, true)
  await (await train(pictures, { ...SMALL, encoder: 'resnet18x0.125', epochs: 2, out: source })).finish()
})

test('a run from a run: its encoder, size and a fifth of the passes; gone on with without it; judged beside it', async () => {
  const before = memory().tensors
  const out = join(folder, 'library')
  const { encoder: _, size: __, ...rest } = SMALL
  const options: TrainOptions = { ...rest, seed: 4, epochs: 3, init: source, out }
  for await (const event of await train(pictures, options))
    if (event.type === 'step' && event.step === 3) break
  const record = JSON.parse(bytes(out, 'run.json').toString())
  expect(record.settings).toMatchObject({
    encoder: { name: 'resnet18', width: 0.125, firstLayer: 'random' },
    ...{ size: 16, epochs: 3, given: { learningRate: 0.1, frozen: 0.1 } },
  })
  expect(record.init).toMatchObject({ source, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
  expect(record.init.note).toMatch(/^120 of 120 tensors of resnet18 are taken from .*source \(a run\)$/)
  // as training began with it
  const [given, kept] = [bytes(source, 'encoder.safetensors'), bytes(out, 'init.safetensors')]
  expect(kept.subarray(-1000).equals(given.subarray(-1000))).toBe(true)
  await expect(train(pictures, { ...options, init: 'resnet18-imagenet' })).rejects.toThrow(/began from/)
  renameSync(source, moved)
  await (await train(pictures, options)).finish()
  expect(memory().tensors).toBe(before)

  renameSync(moved, source)
  const other = join(folder, 'words')
  const words = ['train', pictures, '--init', source, '--epochs', '3', '--run', other, ...WORDS, ...SET]
  expect(await selfsame(words)).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('120 of 120 tensors'),
  })
  expect(bytes(out, 'encoder.safetensors').equals(bytes(other, 'encoder.safetensors'))).toBe(true)

  const judged = await selfsame(['evaluate', other, '--protocol', 'knn'])
  expect(judged.code).toBe(0)
  expect(judged.stdout).toContain('as given')
  expect(judged.stdout).toContain('as given')
  expect(judged.stdout).not.toContain('untrained')
  expect(bytes(other, 'report.html').toString()).toContain('As given')
})

test('what cannot be begun from is told in a sentence, and no folder is left', async () => {
  const run = join(folder, 'refused')
  const { code, stderr } = await selfsame([
    'train',
    pictures,
    '--init',
    join(folder, 'nowhere'),
    '--run',
    run,
  ])
  expect(code).toBe(2)
  expect(stderr).toMatch(/neither a file nor a run at/)
  expect(existsSync(run)).toBe(false)
  const smt = await selfsame([
    'train',
    pictures,
    '--method',
    'smt',
    '--encoder',
    'patch-codes',
    '--init',
    source,
    '--run',
    run,
  ])
  expect(smt.code).toBe(2)
  expect(smt.stderr).toMatch(/would replace given weights.*--init/)
  expect(existsSync(run)).toBe(false)
})

test('a run whose record was made up is refused in a sentence', async () => {
  const odd = join(folder, 'odd')
  cpSync(source, odd, { recursive: true })
  const { digest: _, ...record } = JSON.parse(bytes(odd, 'run.json').toString())
  const content = { ...record, settings: { ...record.settings, input: 'much' } }
  writeFileSync(join(odd, 'run.json'), JSON.stringify({ ...content, digest: sealOf(content).needs }))
  await expect(train(pictures, { ...SMALL, init: odd, out: join(folder, 'none') })).rejects.toThrow(
    /settings in .*odd\/run\.json are not right/,
  )
})
