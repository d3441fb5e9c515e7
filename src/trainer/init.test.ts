import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SelfsameError } from '../errors.js'
import { findMethod } from '../learn/methods/index.js'
import { type Overrides, resolveSettings } from '../learn/settings.js'
import { createState, disposeState, type TrainingState } from '../learn/state.js'
import { encodeSafetensors, stateDict } from '../nn/index.js'
import { filledByRule, initGolden } from '../nn/testing/init-golden.js'
import { entry, file } from '../nn/testing/safetensors.js'
import { createRun, RUN_FORMAT, type RunRecord, runPaths } from '../run/index.js'
import { memory, noGrad, ops, scope, type Tensor, tensor } from '../torch/index.js'
import { beginAsRun, beginFrom, openInit } from './init.js'
import { SILENT } from './progress.js'

const byol = findMethod('byol')
let folder: string
let before: number
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'selfsame-init-'))
  before = memory().tensors
})
afterAll(() => {
  rmSync(folder, { recursive: true })
  expect(memory().tensors).toBe(before)
})

const write = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}
const saved = (name: string, make: () => Map<string, Tensor>) =>
  write(
    name,
    scope(() => noGrad(() => encodeSafetensors(make()))),
  )

/** Runs `body` with a fresh state for what is known of weights. */
async function begun(
  spec: string,
  body: (state: TrainingState, note: string) => void,
  overrides: Overrides = {},
): Promise<void> {
  using init = await openInit(spec, SILENT)
  const tiny = { batch: 8, projector: { hidden: 8, outputs: 4 }, predictor: { hidden: 8 } }
  const facts = { pictures: 40, channels: 3, nativeSize: 32 }
  const settings = resolveSettings(byol, 'small', { ...tiny, ...overrides }, facts, 'float32', init.facts)
  const state = createState(settings, byol)
  try {
    body(state, beginFrom(state, init, SILENT).record.note)
  } finally {
    disposeState(state)
  }
}

test('a file of torchvision decides the encoder, and all that was done is said', async () => {
  const path = saved('resnet18.safetensors', () => filledByRule(initGolden.resnet18.names))
  await begun(path, (state, note) => {
    expect(state.settings).toMatchObject({ encoder: { name: 'resnet18' }, size: 96, evalSize: 128 })
    expect(note).toBe(
      `120 of 120 tensors of resnet18 are taken from ${path} (torchvision or timm ResNet); 'fc.weight', 'fc.bias' were not needed`,
    )
  })
  // another encoder that the user asks for
  await expect(begun(path, () => {}, { encoder: 'resnet34' })).rejects.toThrow(
    /they lack 'layer1\.2\.conv1\.weight'/,
  )
  await begun(path, (_, note) => expect(note).toContain('conv1.weight is new'), { size: 32 })
})

test('halves become float32', async () => {
  const path = saved('half.safetensors', () => {
    const tensors = filledByRule(initGolden.resnet18.names)
    return new Map(
      [...tensors].map(([name, one]) => [name, one.dtype === 'int64' ? one : one.to('float16')] as const),
    )
  })
  await begun(path, (state) => {
    const weight = stateDict(state.online.encoder).get('bn1.weight') as Tensor
    expect(weight.dtype).toBe('float32')
  })
})

const HEAD = { 'conv1.weight': [2, 3, 7, 7], 'bn1.weight': [2], 'layer4.0.conv1.weight': [2, 2, 3, 3] }
test.each<[string, () => string, RegExp]>([
  ['nothing there', () => join(folder, 'nowhere'), /neither a file nor a run.*resnet18-imagenet/],
  ['nearly a name', () => 'resnet18-imagnet', /did you mean 'resnet18-imagenet'/],
  ['a folder that is no run', () => folder, /expected a safetensors file or the folder of a run/],
  ['an empty file', () => write('empty.safetensors', new Uint8Array(0)), /only 0 bytes/],
  [
    'a truncated file',
    () => {
      const whole = scope(() => encodeSafetensors(filledByRule(HEAD)))
      return write('cut.safetensors', whole.subarray(0, whole.length - 5))
    },
    /outside of the file|bytes of elements/,
  ],
  ['a header that is none', () => write('header.safetensors', file('{"a":')), /header is not JSON/],
  [
    'a header of 9 exabytes',
    () => write('huge.safetensors', Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 127, 123)),
    /header would take/,
  ],
  [
    'overlapping elements',
    () =>
      write(
        'overlap.safetensors',
        file({ a: entry([1], [0, 4]), b: entry([1], [2, 6]) }, [0, 0, 0, 0, 0, 0]),
      ),
    /begin at 2 instead of 4/,
  ],
  [
    'sizes beyond all memory',
    () => write('sizes.safetensors', file({ a: entry([1e12], [0, 4e12]) })),
    /outside of the file/,
  ],
  ['a zip of pickles', () => write('model.pth', Buffer.from('PK\x03\x04rest')), /is a pickle.*save_file/],
  ['a bare pickle', () => write('weights', Buffer.from('\x80\x02}q', 'latin1')), /is a pickle.*save_file/],
  [
    'weights that are no numbers',
    () =>
      saved('nan.safetensors', () => {
        const tensors = filledByRule(HEAD)
        return tensors.set('bn1.weight', ops.full([2], Number.NaN, { dtype: 'float32' }))
      }),
    /'bn1\.weight' holds infinity or what is no number/,
  ],
  [
    'quantised weights',
    () => saved('int8.safetensors', () => filledByRule(HEAD).set('bn1.weight', tensor([1, 2], [2], 'int8'))),
    /'bn1\.weight' is of int8, expected floats/,
  ],
  [
    'a ResNet of no depth that there is',
    () => saved('odd.safetensors', () => filledByRule(HEAD)),
    /a ResNet with 0, 0, 0, 1 blocks/,
  ],
])('refuses %s in a sentence, and leaves nothing behind', async (_, make, sentence) => {
  const spec = make()
  await expect(openInit(spec, SILENT)).rejects.toThrow(SelfsameError)
  await expect(openInit(spec, SILENT)).rejects.toThrow(sentence)
  expect(memory().tensors).toBe(before)
})

test('names of no library: those of the encoder itself are taken, others are told', async () => {
  const odd = file(
    { ['__proto__']: entry([1], [0, 4]), constructor: entry([1], [4, 8]) },
    [0, 0, 0, 0, 0, 0, 0, 0],
  )
  const path = write('odd-names.safetensors', odd)
  await expect(begun(path, () => {})).rejects.toThrow(/of no library that is known, and not those of small/)
  const own = join(folder, 'own.safetensors')
  const state = createState(
    resolveSettings(byol, 'small', { batch: 8 }, { pictures: 40, channels: 3, nativeSize: 32 }, 'float32'),
    byol,
  )
  writeFileSync(
    own,
    scope(() => noGrad(() => encodeSafetensors(stateDict(state.online.encoder)))),
  )
  disposeState(state)
  await begun(own, (_, note) => expect(note).toMatch(/tensors of small are taken from/))
})

test('a run begins again from what it kept, though the file is gone; a changed copy is refused', async () => {
  const path = saved('gone.safetensors', () => filledByRule(initGolden.resnet18.names))
  const run = join(folder, 'run')
  mkdirSync(run)
  using init = await openInit(path, SILENT)
  const facts = { pictures: 40, channels: 3, nativeSize: 32 }
  const settings = resolveSettings(byol, 'small', { batch: 8 }, facts, 'float32', init.facts)
  const [first, again] = [createState(settings, byol), createState(settings, byol)]
  try {
    const { record: kept, copy } = beginFrom(first, init, SILENT)
    const record: RunRecord = {
      ...{ format: RUN_FORMAT, created: 'then', command: [], data: '', pictures: 40, settings, source: '' },
      ...{ machine: {}, init: kept },
    }
    createRun(run, record, { init: copy })
    rmSync(path)
    beginAsRun(run, record, again)
    const bytes = ({ online, target }: TrainingState) =>
      [online, target].map((branch) => scope(() => encodeSafetensors(stateDict(branch?.encoder ?? {}))))
    const [mine, theirs] = [bytes(first), bytes(again)]
    expect(theirs.every((one, i) => Buffer.from(one).equals(mine[i] as Uint8Array))).toBe(true)
    const changed = readFileSync(runPaths(run).init)
    changed[changed.length - 1] = (changed.at(-1) as number) ^ 1
    writeFileSync(runPaths(run).init, changed)
    expect(() => beginAsRun(run, record, again)).toThrow(/is not as it was written/)
    rmSync(runPaths(run).init)
    expect(() => beginAsRun(run, record, again)).toThrow(/is missing/)
  } finally {
    disposeState(first)
    disposeState(again)
  }
})

test('a published encoder is not fetched where SELFSAME_OFFLINE forbids it', async () => {
  const { SELFSAME_OFFLINE: was, SELFSAME_DATA: data } = process.env
  process.env.SELFSAME_OFFLINE = '1'
  process.env.SELFSAME_DATA = folder
  try {
    await expect(openInit('dinov2-vit-s', SILENT)).rejects.toThrow(
      /SELFSAME_OFFLINE forbids its download: put https/,
    )
  } finally {
    for (const [name, value] of Object.entries({ SELFSAME_OFFLINE: was, SELFSAME_DATA: data }))
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
  }
})
