import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stream } from '../encode/random.js'
import { pixelSource } from '../images/arrays/pixels.js'
import type { Source } from '../images/source.js'
import { memory, noGrad } from '../torch/index.js'
import { findMethod } from './methods/index.js'
import { learningRateAt, planRun, type Stretch } from './schedule.js'
import { type Overrides, resolveSettings } from './settings.js'
import { createState, disposeState, stateTensors } from './state.js'
import { batchOrder, type TrainEvent, train } from './train.js'

const byol = findMethod('byol')
const PICTURES = 18
const TINY = {
  encoder: 'small',
  size: 8,
  batch: 4,
  epochs: 2,
  projector: { hidden: 8, outputs: 4 },
  predictor: { hidden: 8 },
  measureEvery: 3,
} satisfies Overrides
const make = (overrides: Overrides = {}) =>
  resolveSettings(
    byol,
    'small',
    { ...TINY, ...overrides },
    { pictures: PICTURES, channels: 1, nativeSize: 8 },
    'float32',
  )

const draw = stream(7)
const data = Uint8Array.from({ length: PICTURES * 64 }, () => Math.floor(draw() * 256))
const pictures = (): Source =>
  pixelSource({ name: 'noise', part: 'train', data, height: 8, width: 8, channels: 1 })

let before: number
beforeAll(() => {
  before = memory().tensors
})
afterAll(() => expect(memory().tensors).toBe(before))

test('a plan leaves incomplete batches out, and needs one whole batch', () => {
  expect(planRun(make(), 18)).toEqual({ stepsPerEpoch: 4, totalSteps: 8 })
  expect(() => planRun(make(), 3)).toThrow(
    'there are 3 pictures, fewer than one batch of 4: add pictures or use `batch: 2`',
  )
  expect(() => planRun(make({ batch: 2 }), 1)).toThrow(
    'there is 1 picture, and at least 2 are needed to learn from: add pictures',
  )
  expect(() => planRun(make({ batch: 256 }), 100)).toThrow(/use `batch: 32`$/)
})

const orderOf = (overrides: Overrides, from: number) => [
  ...batchOrder(make(overrides), 18, planRun(make(overrides), 18), from),
]

test('every epoch is another permutation, also in parts; a later start gives the tail', () => {
  const whole = orderOf({ seed: 3 }, 0)
  expect(whole.map(({ length }) => length)).toEqual(Array(8).fill(4))
  const epochs = [whole.slice(0, 4).flat(), whole.slice(4).flat()]
  for (const epoch of epochs) {
    expect(new Set(epoch).size).toBe(16)
    expect(epoch.every((index) => index >= 0 && index < 18)).toBe(true)
  }
  expect(epochs[0]).not.toEqual(epochs[1])
  expect(orderOf({ seed: 4 }, 0)).not.toEqual(whole)
  for (const from of [1, 4, 6, 8]) expect(orderOf({ seed: 3 }, from)).toEqual(whole.slice(from))
  expect(orderOf({ seed: 3, accumulate: 2 }, 0).map(({ length }) => length)).toEqual(Array(16).fill(2))
  expect(orderOf({ seed: 3, accumulate: 2 }, 3).flat()).toEqual(whole.slice(3).flat())
})

test.each([1, 2, 4, 8])('%i processes share every part out: in order of rank it is the whole', (size) => {
  for (const settings of [
    { seed: 3, batch: 16, accumulate: 1 },
    { seed: 3, batch: 16, accumulate: 2 },
  ]) {
    const plan = { stepsPerEpoch: 3, totalSteps: 6 }
    for (const from of [0, 2, 3]) {
      const whole = [...batchOrder(settings, 50, plan, from)]
      const shares = Array.from({ length: size }, (_, rank) => [
        ...batchOrder(settings, 50, plan, from, { rank, size }),
      ])
      expect(whole.map((_, at) => shares.flatMap((share) => share[at]))).toEqual(whole)
      expect(shares.every((share) => share.every(({ length }) => length === whole[0]!.length / size))).toBe(
        true,
      )
    }
  }
})

test('a part that cannot be shared out evenly is refused', () => {
  const order = batchOrder(
    { seed: 1, batch: 12, accumulate: 2 },
    50,
    { stepsPerEpoch: 4, totalSteps: 4 },
    0,
    {
      rank: 0,
      size: 4,
    },
  )
  expect(() => order.next()).toThrow(
    'a batch of 12 in 2 parts cannot be shared out evenly among 4 processes; use a batch that is a multiple of 8',
  )
})

test('the first batch of a million pictures comes at once', () => {
  const began = performance.now()
  const settings = { seed: 1, batch: 256, accumulate: 1 }
  const [first] = batchOrder(settings, 1_000_000, { stepsPerEpoch: 3906, totalSteps: 3906 }, 0)
  expect(new Set(first).size).toBe(256)
  expect(performance.now() - began).toBeLessThan(2000)
})

test('the learning rate: base times batch / 256, warm-up in epochs, half a cosine to 0', () => {
  const settings = make({ learningRate: 0.8, batch: 64, warmup: 2 })
  const plan = { stepsPerEpoch: 10, totalSteps: 100 }
  const at = (step: number) => learningRateAt(settings, plan, step)
  expect(at(0)).toBe(0)
  expect(at(10)).toBeCloseTo(0.1, 12)
  expect(at(20)).toBeCloseTo(0.2, 12)
  expect(at(60)).toBeCloseTo(0.1, 12)
  expect(at(100)).toBeCloseTo(0, 12)
  expect(learningRateAt({ ...settings, warmup: 0 }, plan, 0)).toBeCloseTo(0.2, 12)
  expect(learningRateAt(settings, plan, 'highest')).toBeCloseTo(0.2, 12)
  // a tenth at the end: half-way between 0.2 and 0.02 in the middle
  const ending = { ...settings, finalLearningRate: 0.1 }
  expect([60, 100].map((step) => learningRateAt(ending, plan, step))).toEqual([
    expect.closeTo(0.11, 12),
    expect.closeTo(0.02, 12),
  ])
})

async function run(
  overrides: Overrides,
  until = Infinity,
): Promise<{ events: TrainEvent[]; weights: string }> {
  const state = createState(make(overrides), byol)
  const live = memory().tensors
  const events: TrainEvent[] = []
  for await (const event of train(state, pictures())) {
    events.push(event)
    if (event.step >= until) break
  }
  expect(memory().tensors).toBe(live)
  const digest = createHash('sha256')
  for (const one of stateTensors(state).values()) digest.update(one.bytes())
  const weights = digest.digest('hex')
  disposeState(state)
  return { events, weights }
}

test('events of a whole run, and the same run gives the same weights', async () => {
  const { events, weights } = await run({ seed: 1 })
  const steps = events.filter((event) => event.type === 'step')
  expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  // tau of update 7 of 8, which began at 0.9
  const last = 1 - (0.1 * (1 + Math.cos((7 * Math.PI) / 8))) / 2
  expect(steps.at(-1)).toMatchObject({ totalSteps: 8, epoch: 2, secondsLeft: 0, tau: last })
  // the first, every third, the last, each before the event of its step
  expect(events.flatMap(({ type, step }) => (type === 'measure' ? [step] : []))).toEqual([1, 3, 6, 8])
  expect(events[0]?.type).toBe('measure')
  for (const { loss, imagesPerSecond, dataWait } of steps) {
    // two ordered pairs, each from 0 to 4
    expect(loss).toBeGreaterThan(0)
    expect(loss).toBeLessThan(8)
    expect(imagesPerSecond).toBeGreaterThan(0)
    expect(dataWait >= 0 && dataWait <= 1).toBe(true)
  }
  expect((await run({ seed: 1 })).weights).toBe(weights)
  expect((await run({ seed: 2 })).weights).not.toBe(weights)
})

test('64 black pictures are told apart by nobody, from the first measurement on', async () => {
  const state = createState(make(), byol)
  const black = pixelSource({
    name: 'black',
    part: 'train',
    data: new Uint8Array(64 * 64),
    height: 8,
    width: 8,
    channels: 1,
  })
  const live = memory().tensors
  const verdicts: [string, string][] = []
  for await (const event of train(state, black)) {
    if (event.type === 'measure')
      verdicts.push([event.verdict.state, event.verdict.sentence.split(':')[0] ?? ''])
    if (event.step >= 3) break
  }
  expect(memory().tensors).toBe(live)
  disposeState(state)
  expect(verdicts).toEqual([
    ['collapsed', 'Nothing to learn'],
    ['collapsed', 'Nothing to learn'],
  ])
})

test('leaving the loop, at a measurement or a step, frees everything', async () => {
  expect((await run({}, 1)).events.map(({ type }) => type)).toEqual(['measure'])
  expect((await run({}, 2)).events.at(-1)).toMatchObject({ type: 'step', step: 2 })
})

test('weights that are no numbers end in a verdict at once', async () => {
  const state = createState(make({ measureEvery: 1000 }), byol)
  state.step = 1
  noGrad(() => state.trained[0]?.fill_(Number.NaN))
  const events: TrainEvent[] = []
  for await (const event of train(state, pictures())) events.push(event)
  expect(events).toMatchObject([
    { type: 'measure', step: 2, loss: Number.NaN, verdict: { state: 'collapsed' } },
    { type: 'step', step: 2, loss: Number.NaN },
  ])
  disposeState(state)
})

test('an unreadable picture ends the loop with its error and leaves nothing behind', async () => {
  const state = createState(make(), byol)
  const live = memory().tensors
  const broken: Source = { ...pictures(), read: () => Promise.reject(new Error('the disk is gone')) }
  await expect(train(state, broken).next()).rejects.toThrow('the disk is gone')
  expect(memory().tensors).toBe(live)
  disposeState(state)
})

test('a method that learns from classes needs pictures that have some', async () => {
  const supcon = findMethod('supcon')
  const facts = { pictures: PICTURES, channels: 1, nativeSize: 8 }
  const settings = resolveSettings(supcon, 'small', { ...TINY, predictor: undefined }, facts, 'float32')
  const state = createState(settings, supcon)
  await expect(train(state, pictures()).next()).rejects.toThrow(
    'supcon learns from classes, and noise has none: put the pictures into one folder a class, or choose another method',
  )
  disposeState(state)
  const firstLoss = async (labels: Int32Array) => {
    const fresh = createState(settings, supcon)
    let loss = Number.NaN
    for await (const event of train(fresh, { ...pictures(), labels })) {
      loss = event.loss
      break
    }
    disposeState(fresh)
    return loss
  }
  const [pairs, classes] = [
    await firstLoss(Int32Array.from({ length: PICTURES }, (_, i) => i)),
    await firstLoss(Int32Array.from({ length: PICTURES }, (_, i) => i % 2)),
  ]
  expect(pairs).toBeGreaterThan(0)
  // more positives, which an untrained network has no reason to find alike
  expect(Math.abs(classes - pairs)).toBeGreaterThan(0.01)
})

/** The weights of a run, the length of which is changed on the way, and what was decided. */
async function stretchedRun(
  decide?: (step: number) => number | undefined,
  recorded: readonly Stretch[] = [],
  interruptedAt = Infinity,
) {
  const state = createState(make(), byol)
  state.stretches.push(...recorded)
  const live = memory().tensors
  const taken: [number, number][] = []
  const through = async (until: number) => {
    for await (const event of train(state, pictures(), decide && { stretch: decide })) {
      if (event.type === 'step') taken.push([event.step, event.totalSteps])
      if (event.step >= until && event.type === 'step') return
    }
  }
  await through(interruptedAt)
  if (interruptedAt < Infinity) await through(Infinity)
  expect(memory().tensors).toBe(live)
  const digest = createHash('sha256')
  for (const one of stateTensors(state).values()) digest.update(one.bytes())
  const { stretches } = state
  disposeState(state)
  return { taken, stretches, weights: digest.digest('hex') }
}

test('a run that is given more steps, then fewer, and the same run from what was recorded', async () => {
  // 8 planned; the reader has read ahead to the end of those when there are suddenly 13
  const decisions: Record<number, number> = { 7: 13, 9: 11 }
  const decided = await stretchedRun((step) => decisions[step])
  expect(decided.stretches).toEqual([
    { step: 7, totalSteps: 13 },
    { step: 9, totalSteps: 11 },
  ])
  expect(decided.taken.map(([step]) => step)).toEqual(Array.from({ length: 11 }, (_, i) => i + 1))
  expect(decided.taken.map(([, total]) => total)).toEqual([8, 8, 8, 8, 8, 8, 13, 13, 11, 11, 11])
  const plain = await stretchedRun()
  expect(plain.taken).toHaveLength(8)
  expect(decided.weights).not.toBe(plain.weights)
  for (const at of [Infinity, 3, 7, 8, 10]) {
    const again = await stretchedRun(undefined, decided.stretches, at)
    expect(again.weights, String(at)).toBe(decided.weights)
  }
})
