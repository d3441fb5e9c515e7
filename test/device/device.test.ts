/** Training and judging beside the CPU, on the device of `story.ts`. All methods are in device.long.test.ts. */
import { afterEach, beforeAll, expect, test } from 'vitest'
import { embed } from '../../src/encode/embed.js'
import type { Source } from '../../src/images/index.js'
import { type Bank, judge } from '../../src/judge/index.js'
import { blobs } from '../../src/judge/testing/banks.js'
import { METHODS } from '../../src/learn/methods/index.js'
import { preprocessOf } from '../../src/learn/settings.js'
import { createState, disposeState, representation } from '../../src/learn/state.js'
import { train } from '../../src/learn/train.js'
import { memory, ops, type Tensor, tensor, useDevice } from '../../src/torch/index.js'
import {
  expectAsSingle,
  expectSameSteps,
  PICTURES,
  prepareDevice,
  SGD,
  SIZE,
  type Story,
  settingsOf,
  story,
  THERE,
} from './story.js'

beforeAll(prepareDevice, 300_000)
afterEach(() => useDevice('cpu'))

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

/** One for each way through a step: a moving target and a predictor, none of both, a queue, prototypes of a teacher, an assignment, masked patches, whitening. */
const PATHS = ['byol', 'simclr', 'moco-v2', 'dino', 'swav', 'mae', 'w-mse']

test.each(PATHS)(
  '%s takes the same steps on the other device as on the CPU, recorded or not',
  expectSameSteps,
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
