/** Training and judging beside the CPU: on a GPU where there is one, else on a stand-in that insists on what CUDA insists on. */
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { embed } from '../../src/encode/embed.js'
import { evenly, type Source } from '../../src/images/index.js'
import { type Bank, judge } from '../../src/judge/index.js'
import { blobs } from '../../src/judge/testing.js'
import type { Method } from '../../src/learn/method.js'
import { findMethod, METHODS } from '../../src/learn/methods/index.js'
import { planRun } from '../../src/learn/schedule.js'
import { type Overrides, preprocessOf, resolveSettings, type Settings } from '../../src/learn/settings.js'
import { createState, disposeState, representation, stateTensors } from '../../src/learn/state.js'
import { type MicroBatch, prepareInputs } from '../../src/learn/step.js'
import { Stepper } from '../../src/learn/stepper.js'
import { packed } from '../../src/learn/testing/packed.js'
import { takeStep } from '../../src/learn/testing/take-step.js'
import { train } from '../../src/learn/train.js'
import {
  about,
  disposeAll,
  memory,
  ops,
  type Tensor,
  tensor,
  useDevice,
  useRecorder,
} from '../../src/torch/index.js'

const THERE = about().cudaDevices > 0 ? 'cuda:0' : 'privateuseone:0'
const PICTURES = 16
const SIZE = 32
/** Large steps down a slope that changes from step to step; AdamW's are as large where the slope is nothing but rounding. */
const SGD: Overrides = {
  learningRate: 0.1,
  warmup: 0,
  optimizer: { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 1e-4 },
}

beforeAll(() => {
  if (THERE.startsWith('cuda')) return
  const build = new URL('build.mjs', import.meta.url).pathname
  const standIn = execFileSync(process.execPath, [build], { encoding: 'utf8' }).trim()
  useRecorder('privateuseone', createRequire(import.meta.url)(standIn))
}, 300_000)
afterEach(() => useDevice('cpu'))

/** Other pictures at every step. */
const batch = (step: number) => ({
  ...packed(
    Array.from({ length: PICTURES }, () => [SIZE, SIZE] as const),
    3,
    Array.from({ length: PICTURES }, (_, i) => i + step * PICTURES),
  ),
  labels: Int32Array.from({ length: PICTURES }, (_, i) => i % 4),
})

function settingsOf(method: Method, changes: Overrides = {}): Settings {
  const facts = { pictures: PICTURES, channels: 3, nativeSize: SIZE }
  return resolveSettings(method, 'small', { batch: PICTURES, epochs: 8, ...changes }, facts, 'float32')
}

const pictures = (size: number): Source => ({
  name: 'made',
  size,
  channels: 3,
  maximum: 255,
  nativeSize: SIZE,
  describe: String,
  read: async (index) => ({
    data: new Uint8Array(SIZE * SIZE * 3).map((_, k) => (k * (index + 3)) % 256),
    width: SIZE,
    height: SIZE,
    channels: 3,
  }),
})

interface Story {
  losses: number[]
  /** Of each step: whether a recorded one was repeated. */
  repeated: boolean[]
  notes: string[]
  /** Every tensor of the state after the steps. */
  state: Map<string, number[]>
  devices: Set<string>
  left: number
}

/** Some steps from the same beginning, recorded as training records them or each by itself. */
function story(
  name: string,
  device: string,
  how: 'recorded' | 'single',
  changes: Overrides = {},
  steps = 5,
): Story {
  useDevice(device)
  const method = findMethod(name)
  const settings = settingsOf(method, changes)
  const plan = planRun(settings, PICTURES)
  const before = memory().tensors
  const state = createState(settings, method)
  const notes: string[] = []
  const repeated: boolean[] = []
  const stepper = new Stepper(state, plan, (text) => notes.push(text))
  const recorded = (pictures: MicroBatch) => {
    const inputs = [prepareInputs(state, pictures, plan)]
    const result = stepper.start(inputs).finish()
    disposeAll(inputs)
    repeated.push(stepper.repeats)
    return result
  }
  const losses = Array.from({ length: steps }, () => {
    const pictures = batch(state.step)
    const { loss, projections } = how === 'recorded' ? recorded(pictures) : takeStep(state, [pictures], plan)
    for (const projection of projections) projection.dispose()
    return loss
  })
  stepper.dispose()
  const tensors = stateTensors(state)
  const end = new Map([...tensors].map(([key, one]) => [key, sample(one.toFloat32())]))
  const devices = new Set([...tensors.values()].map((one) => one.device))
  disposeState(state)
  return { losses, repeated, notes, left: memory().tensors - before, state: end, devices }
}

/** Up to a thousand values at even distances. */
const sample = (values: Float32Array) =>
  evenly(values.length, Math.min(1000, values.length)).map((i) => values[i] as number)

test('tensors of both sides do not meet, and new ones lie where they are wanted', () => {
  useDevice(THERE)
  expect(tensor([1, 2]).device).toBe(THERE)
  expect(ops.zeros([2]).device).toBe(THERE)
  expect(ops.zeros([2], { device: 'cpu' }).device).toBe('cpu')
  const here = ops.arange(3).to('float32')
  useDevice('cpu')
  expect(() => here.add(tensor([1, 2, 3]))).toThrow('device')
  expect(() => here.dot(tensor([1, 2, 3]))).toThrow(THERE)
  expect(
    here
      .toDevice('cpu')
      .add(tensor([1, 2, 3]))
      .toArray(),
  ).toEqual([1, 3, 5])
})

/** That `there` came to where `here` did, but for rounding; of a tensor, to `share` of its length. */
function expectAlike(here: Story, there: Story, keys: (key: string) => boolean, share: number): void {
  for (const [key, values] of here.state) {
    if (!keys(key)) continue
    const found = there.state.get(key) as number[]
    const off = Math.hypot(...values.map((value, i) => value - (found[i] as number)))
    expect(off, key).toBeLessThanOrEqual(share * (Math.hypot(...values) + 0.1))
  }
}

function expectAsOnCpu(here: Story, there: Story): void {
  expect([...there.devices]).toEqual([THERE])
  expect(there.left).toBe(0)
  for (const [i, loss] of here.losses.entries()) expect(there.losses[i]).toBeCloseTo(loss, 4)
  expectAlike(here, there, () => true, 0.02)
}

function expectAsSingle(single: Story, recorded: Story, rounding = 2e-5): void {
  for (const [i, loss] of single.losses.entries())
    expect(Math.abs((recorded.losses[i] as number) - loss)).toBeLessThanOrEqual(
      rounding * Math.max(1, Math.abs(loss)),
    )
  // momenta are of single slopes, which turn where a ReLU does
  expectAlike(single, recorded, (key) => !key.startsWith('optimizer.'), 40 * rounding)
}

/** What asks the host for values in the middle of a step. */
const UNRECORDED: Record<string, string> = {
  'w-mse': 'aten::linalg_cholesky',
  mae: 'aten::nonzero',
  ibot: 'aten::nonzero',
}

test.each(Object.keys(METHODS))(
  '%s takes the same steps on the other device as on the CPU, and the same when one is recorded and repeated',
  (name) => {
    expectAsOnCpu(story(name, 'cpu', 'single', {}, 2), story(name, THERE, 'single', {}, 2))
    const [single, recorded] = [story(name, THERE, 'single', SGD), story(name, THERE, 'recorded', SGD)]
    expect([...single.devices, ...recorded.devices]).toEqual([THERE, THERE])
    expect([single.left, recorded.left]).toEqual([0, 0])
    expectAsSingle(single, recorded)
    const asks = UNRECORDED[name]
    expect(recorded.repeated).toEqual([false, false, false, !asks, !asks])
    expect(recorded.notes).toEqual(
      asks ? [`Steps are not recorded: ${asks} cannot be repeated without the host`] : [],
    )
  },
)

test.each([
  ['dino', { loss: { teacherWarmup: 2, teacherTemperatureAtFirst: 0.06 } }, '000111'],
  ['dino', { loss: { teacherWarmup: 4, teacherTemperatureAtFirst: 0.06 } }, '000001'],
  ['swav', { loss: { queue: 32, queueFrom: 4 } }, '000101'],
  ['swav', { freezePrototypes: 4 }, '000101'],
  ['byol', { optimizer: { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0.1 } }, '000111'],
  ['byol', { optimizer: { name: 'lars', momentum: 0.9, weightDecay: 1e-4, trust: 0.02 } }, '000111'],
  ['byol', { optimizer: { name: 'adam', betas: [0.9, 0.99], weightDecay: 0.1 } }, '000111', 5e-5],
  [
    'byol',
    { optimizer: { name: 'adamw', betas: [0.9, 0.99], weightDecay: 0.1, finalWeightDecay: 0.4 } },
    '000111',
    5e-5,
  ],
  ['byol', { accumulate: 2, clip: 1 }, '000111'],
  ['byol', { predictor: { updates: 2, schedule: 'constant' } }, '000111'],
] as [string, object, string, number?][])(
  '%s with %j takes the steps that it takes one by one, recorded anew where a schedule jumps',
  (name, changes, repeated, rounding) => {
    const [single, recorded] = (['single', 'recorded'] as const).map((how) =>
      story(name, THERE, how, { ...SGD, ...changes }, 6),
    ) as [Story, Story]
    expect(recorded.notes).toEqual([])
    expect(recorded.repeated.map(Number).join('')).toBe(repeated)
    expectAsSingle(single, recorded, rounding)
  },
)

test('training makes the next views meanwhile, and leaves nothing behind where it is left', async () => {
  const method = METHODS.byol
  const settings = settingsOf(method, { ...SGD, epochs: 3 })
  const told = async (device: string, most: number) => {
    useDevice(device)
    const before = memory().tensors
    const state = createState(settings, method)
    const losses: number[] = []
    for await (const event of train(state, pictures(2 * PICTURES))) {
      if (event.type !== 'step') continue
      expect(event.step).toBe(state.step)
      losses.push(event.loss)
      if (losses.length === most) break
    }
    disposeState(state)
    expect(memory().tensors).toBe(before)
    return losses
  }
  const [here, there, some] = [await told('cpu', 9), await told(THERE, 9), await told(THERE, 4)]
  expect([here.length, there.length]).toEqual([6, 6])
  for (const [i, loss] of here.entries()) expect(there[i]).toBeCloseTo(loss, 2)
  expect(some).toEqual(there.slice(0, 4))
})

test('banks on the other device are judged as on the CPU, and nothing is left behind', () => {
  const table = (device: string) => {
    useDevice(device)
    const before = memory().tensors
    const [train, test] = [7, 8].map((seed) =>
      blobs({ classes: 4, dims: 24, count: 100, noise: 0.8, seed }),
    ) as [Bank, Bank]
    const lines = judge({ learned: { train, test } })
    train.features.dispose()
    test.features.dispose()
    expect(memory().tensors).toBe(before)
    return lines.map(({ name, scores }) => [name, scores.learned.mean] as const)
  }
  const [here, there] = [table('cpu'), new Map(table(THERE))]
  expect(here.length).toBeGreaterThan(10)
  // a picture of 400 may fall to the other side by rounding
  for (const [name, mean] of here) expect(there.get(name), name).toBeCloseTo(mean, 2)
})

test('an encoder on the other device gives the features that it gives on the CPU', async () => {
  const source = pictures(20)
  const method = METHODS.byol
  const settings = settingsOf(method)
  const features = async (device: string) => {
    useDevice(device)
    const state = createState(settings, method)
    try {
      const found = await embed(source, [representation(state)], preprocessOf(settings))
      const [rows] = found.features as [Tensor]
      expect(rows.device).toBe(device)
      const values = rows.toArray()
      for (const one of [rows, found.pictures]) one.dispose()
      return values
    } finally {
      disposeState(state)
    }
  }
  const [here, there] = [await features('cpu'), await features(THERE)]
  expect(here.length).toBe(20 * 1024)
  for (const [i, value] of here.entries()) expect(there[i]).toBeCloseTo(value, 4)
})
