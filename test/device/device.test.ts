/** Training and judging beside the CPU: on a GPU where there is one, else on a stand-in that insists on what CUDA insists on. */
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { evenly, type Source } from '../../src/images/index.js'
import { type Bank, judge } from '../../src/judge/index.js'
import { blobs } from '../../src/judge/testing.js'
import { embed } from '../../src/learn/features.js'
import type { Method } from '../../src/learn/method.js'
import { METHODS } from '../../src/learn/methods.js'
import { planRun } from '../../src/learn/pace.js'
import { resolveSettings, type Settings } from '../../src/learn/settings.js'
import { createState, disposeState, representation, stateTensors } from '../../src/learn/state.js'
import { takeStep } from '../../src/learn/step.js'
import { packed } from '../../src/learn/testing/packed.js'
import { about, memory, ops, type Tensor, tensor, useDevice } from '../../src/torch/index.js'

const THERE = about().cudaDevices > 0 ? 'cuda:0' : 'privateuseone:0'
/** The stand-in has gradients in the libtorch of Debian only. */
const TRAINS = THERE === 'cuda:0' || about().version.startsWith('1.')
const PICTURES = 16
const SIZE = 32

beforeAll(() => {
  if (THERE.startsWith('cuda')) return
  const build = new URL('build.mjs', import.meta.url).pathname
  createRequire(import.meta.url)(execFileSync(process.execPath, [build], { encoding: 'utf8' }).trim())
}, 300_000)
afterEach(() => useDevice('cpu'))

const batch = () => ({
  ...packed(
    Array.from({ length: PICTURES }, () => [SIZE, SIZE] as const),
    3,
  ),
  labels: Int32Array.from({ length: PICTURES }, (_, i) => i % 4),
})

function settingsOf(method: Method): Settings {
  const facts = { pictures: PICTURES, channels: 3, nativeSize: SIZE }
  return resolveSettings(method, 'small', { batch: PICTURES, epochs: 4 }, facts, 'float32')
}

interface Story {
  losses: number[]
  /** Every tensor of the state after the steps. */
  state: Map<string, number[]>
  devices: Set<string>
  left: number
}

/** Two steps from the same beginning. */
function story(name: string, device: string): Story {
  useDevice(device)
  const method = METHODS[name] as Method
  const settings = settingsOf(method)
  const plan = planRun(settings, PICTURES)
  const state = createState(settings, method)
  try {
    const before = memory().tensors
    const losses = [1, 2].map(() => {
      const { loss, projections } = takeStep(state, [batch()], plan)
      for (const projection of projections) projection.dispose()
      return loss
    })
    const tensors = stateTensors(state)
    return {
      losses,
      left: memory().tensors - before,
      state: new Map([...tensors].map(([key, one]) => [key, one.toArray()])),
      devices: new Set([...tensors.values()].map((one) => one.device)),
    }
  } finally {
    disposeState(state)
  }
}

/** Up to a thousand values at even distances. */
const sample = (values: readonly number[]) =>
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

test.skipIf(!TRAINS).each(Object.keys(METHODS))(
  '%s takes the same steps on the other device as on the CPU',
  (name) => {
    const [here, there] = [story(name, 'cpu'), story(name, THERE)]
    expect([...there.devices]).toEqual([THERE])
    expect(there.left).toBe(0)
    for (const [i, loss] of here.losses.entries()) expect(there.losses[i]).toBeCloseTo(loss, 4)
    for (const [key, values] of here.state) {
      const found = there.state.get(key) as number[]
      const off = Math.hypot(...sample(values).map((value, i) => value - (sample(found)[i] as number)))
      expect(off, key).toBeLessThanOrEqual(0.02 * Math.hypot(...sample(values)) + 2e-3)
    }
  },
)

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
  const source: Source = {
    name: 'made',
    size: 20,
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
  }
  const method = METHODS.byol as Method
  const settings = settingsOf(method)
  const features = async (device: string) => {
    useDevice(device)
    const state = createState(settings, method)
    try {
      const found = await embed(source, [representation(state)], settings)
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
