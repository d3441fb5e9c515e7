import { afterAll, beforeAll, expect, test } from 'vitest'
import { disposeModule, TRAIN } from '../nn/index.js'
import { autocast, memory, ops, scope, type Tensor } from '../torch/index.js'
import { drawViews, finishedViews } from './augment/apply.js'
import { findEncoder } from './encoder/encoders.js'
import { ENCODER_DEFAULTS } from './encoder/spec.js'
import { lossAndGradients } from './gradients.js'
import { findMethod } from './methods/index.js'
import { type Overrides, resolveSettings, type Settings } from './settings.js'
import { createState, disposeState, stateTensors, type TrainingState } from './state.js'
import { packed } from './testing/packed.js'
import { takeStep } from './testing/take-step.js'
import { ALONE } from './world.js'

const byol = findMethod('byol')
/** Of a step without warm-up, the first. */
const RATE = 0.1
const TINY = {
  encoder: { name: 'small', firstLayer: 'random' },
  size: 8,
  batch: 8,
  projector: { hidden: 8, outputs: 4 },
  predictor: { hidden: 8, learningRate: 1 },
  optimizer: { name: 'sgd', momentum: 0, weightDecay: 0, nesterov: false },
  target: { tau: 0.75, schedule: 'constant' },
  learningRate: (RATE * 256) / 8,
  warmup: 0,
} satisfies Overrides
const settings = (overrides: Overrides = {}): Settings =>
  resolveSettings(
    byol,
    'small',
    { ...TINY, ...overrides },
    { pictures: 8, channels: 3, nativeSize: 8 },
    'float32',
  )
const batch = (indices: number[]) =>
  packed(
    indices.map(() => [8, 9] as const),
    3,
    indices,
  )
const FIRST = batch([0, 1, 2, 3])
const SECOND = batch([4, 5, 6, 7])
const PLAN = { stepsPerEpoch: 1, totalSteps: 10 }

/** Gradients of some standardised pictures in the order of `trained`, and the loss. */
function gradientsWith(state: TrainingState, views: readonly Tensor[], weight: number) {
  const inputs = views.map((x) => ({ x, hidden: true }))
  const ids = ops.arange(views[0]?.shape[0] as number)
  const sums: (Tensor | null)[] = state.trained.map(() => null)
  const { loss } = lossAndGradients(
    state,
    inputs,
    { scheduled: (value) => value(0), similarity: byol.similarity, ids, world: ALONE },
    sums,
    weight,
  )
  return { loss: loss.item(), sums }
}

let before: number
beforeAll(() => {
  before = memory().tensors
})
afterAll(() => expect(memory().tensors).toBe(before))

function withState<T>(overrides: Overrides, body: (state: TrainingState) => T): T {
  const state = createState(settings(overrides), byol)
  try {
    return body(state)
  } finally {
    disposeState(state)
  }
}

const largest = (a: readonly number[], b: readonly number[]) =>
  a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] as number))), 0)

/** Gradients of the loss of one part, in the order of `trained`. */
function gradientsOf(state: TrainingState, part: typeof FIRST): number[][] {
  return scope(() => {
    const wanted = state.settings.views.map((view, number) => ({
      view,
      drawn: drawViews(view, part, { seed: 0, epoch: 0, view: number }),
      size: 8,
    }))
    const views = finishedViews(part, wanted, { ...state.settings.input, dtype: 'float32' })
    return gradientsWith(state, views, 1).sums.map((sum) => (sum as Tensor).toArray())
  })
}

function stepWith(state: TrainingState, parts: (typeof FIRST)[]): number {
  const live = memory().tensors
  const { loss, projections } = takeStep(state, parts, PLAN)
  expect(projections.map(({ shape }) => shape)).toEqual([
    [4, 4],
    [4, 4],
  ])
  for (const projection of projections) projection.dispose()
  expect(memory().tensors).toBe(live)
  return loss
}

test('gradients reach every trained parameter, and none the target', () => {
  withState({}, (state) => {
    const names = [...stateTensors(state)]
      .filter(([, one]) => state.trained.includes(one))
      .map(([name]) => name)
    expect(names.length).toBe(state.trained.length)
    expect(names.every((name) => /^online\.(encoder|projector|predictor)\./.test(name))).toBe(true)
    // zero-initialised norms close their branches at first: their scale has a gradient all the same
    const open = gradientsOf(state, FIRST).filter((gradient) => gradient.some((value) => value !== 0)).length
    expect(open).toBeGreaterThan(state.trained.length / 2)
  })
})

test('parts: the gradient is the mean over them, the target moves once', () => {
  withState({}, (state) => {
    const [a, b] = [gradientsOf(state, FIRST), gradientsOf(state, SECOND)]
    const start = state.trained.map((one) => one.toArray())
    const target = state.emaPairs.target.map((one) => one.toArray())
    stepWith(state, [FIRST, SECOND])
    expect(state.step).toBe(1)
    for (const [i, one] of state.trained.entries()) {
      const expected = start[i]?.map(
        (value, k) => value - (RATE * ((a[i]?.[k] as number) + (b[i]?.[k] as number))) / 2,
      )
      expect(largest(one.toArray(), expected as number[])).toBeLessThan(1e-6)
    }
    for (const [i, one] of state.emaPairs.target.entries()) {
      const online = state.emaPairs.online[i]?.toArray() as number[]
      const expected = target[i]?.map((value, k) => 0.75 * value + 0.25 * (online[k] as number))
      expect(largest(one.toArray(), expected as number[])).toBeLessThan(1e-6)
    }
  })
})

test('the same part twice is the same step as once, with the same loss', () => {
  const once = withState(
    {},
    (state) => [stepWith(state, [FIRST]), state.trained.map((one) => one.toArray())] as const,
  )
  const twice = withState(
    {},
    (state) => [stepWith(state, [FIRST, FIRST]), state.trained.map((one) => one.toArray())] as const,
  )
  expect(twice[0]).toBeCloseTo(once[0], 6)
  for (const [i, expected] of once[1].entries())
    expect(largest(twice[1][i] as number[], expected)).toBeLessThan(1e-6)
})

test('without a predictor, in bfloat16, and with three views a step runs and is clean', () => {
  const [first, second] = settings().views as [Settings['views'][0], Settings['views'][0]]
  withState({ predictor: null }, (state) => expect(stepWith(state, [FIRST])).toBeGreaterThan(0))
  withState({ precision: 'bfloat16' }, (state) => {
    stepWith(state, [FIRST])
    expect(state.trained.every(({ dtype }) => dtype === 'float32')).toBe(true)
  })
  withState({ views: [first, second, first] }, (state) => {
    const { loss, projections } = takeStep(state, [FIRST], PLAN)
    // six ordered pairs
    expect(loss).toBeGreaterThan(4)
    // for the measures two views are enough
    expect(projections.length).toBe(2)
    for (const projection of projections) projection.dispose()
  })
})

test.each([
  ['byol', 'float32', 'float32'],
  ['byol', 'bfloat16', 'bfloat16'],
  // its pixels are the answers
  ['mae', 'bfloat16', 'float32'],
] as const)('%s in %s is shown pixels in %s', (name, precision, expected) => {
  const method = findMethod(name)
  const facts = { pictures: 8, channels: 3, nativeSize: 8 }
  const changes = name === 'byol' ? TINY : { encoder: 'vit-mini/4', size: 8, batch: 4 }
  const state = createState(resolveSettings(method, 'small', changes, facts, precision), method)
  const seen: string[] = []
  const embed: typeof method.extract.embed = (encoder, heads, input, pass) => {
    seen.push(input.x.dtype)
    return method.extract.embed(encoder, heads, input, pass)
  }
  const spied = { ...state, method: { ...method, extract: { ...method.extract, embed } } }
  const { projections } = takeStep(spied, [FIRST], PLAN)
  for (const one of projections) one.dispose()
  disposeState(state)
  expect([...new Set(seen)]).toEqual([expected])
})

test.each([
  ['small', 32],
  ['resnet18', 32],
  ['amdim', 32],
  ['cpc', 8],
  ['vit-mini', 32],
])('autocast makes the same of %s whether its input was rounded before or not', (name, size) => {
  const encoder = findEncoder(name)({ ...ENCODER_DEFAULTS, channels: 3, size, width: 0.125 })
  scope(() => {
    const x = ops.randn([4, 3, size, size])
    const run = (input: Tensor) => autocast('bfloat16', () => encoder.forward(input, TRAIN)).toArray()
    expect(run(x.to('bfloat16'))).toEqual(run(x))
  })
  disposeModule(encoder)
})

test('the weight of a part scales its loss', () => {
  withState({}, (state) =>
    scope(() => {
      const x = ops.rand([4, 3, 8, 8])
      const lossAt = (weight: number) => gradientsWith(state, [x, x], weight).loss
      expect(lossAt(0.25)).toBeCloseTo(lossAt(1) / 4, 5)
    }),
  )
})

test('whitened filters come from the first step’s pictures, in both networks alike, and are not set again', () => {
  const changes: Overrides = { encoder: { name: 'small', firstLayer: 'whitening' }, learningRate: 0 }
  withState(changes, (state) => {
    const first = (side: 'online' | 'target') =>
      stateTensors(state).get(`${side}.encoder.layers.0.conv.weight`)?.toArray() as number[]
    const random = first('online')
    const take = (part: typeof FIRST) => {
      const { projections } = takeStep(state, [part], PLAN)
      for (const one of projections) one.dispose()
    }
    take(FIRST)
    const whitened = first('online')
    expect(largest(whitened, random)).toBeGreaterThan(0.1)
    expect(largest(first('target'), whitened)).toBeLessThan(1e-6)
    const kernel = whitened.slice(0, 48).reduce((sum, value) => sum + value * value, 0)
    expect(kernel).toBeCloseTo(1, 5)
    take(SECOND)
    expect(first('online')).toEqual(whitened)
  })
})
