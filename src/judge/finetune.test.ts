import { afterAll, beforeAll, expect, test } from 'vitest'
import { disposeModule } from '../nn/index.js'
import { memory, noGrad } from '../torch/index.js'
import { FULL_SWEEP, fineTuned, planTuning, SEMI_SUPERVISED } from './finetune.js'
import { points, tinyNetwork } from './testing/labelled.js'

const GRID = { learningRates: [1e-6, 0.1], weightDecays: [0], epochs: [10] }

let before: number
beforeAll(() => {
  before = memory().tensors
})
afterAll(() => expect(memory().tensors).toBe(before))

async function withNetwork(body: (network: ReturnType<typeof tinyNetwork>) => Promise<void>): Promise<void> {
  const network = tinyNetwork(8)
  try {
    await body(network)
  } finally {
    disposeModule(network.linear)
    disposeModule(network.norm)
  }
}

test('chooses on held-out labels, trains anew on all of them, and leaves the weights as they were', () =>
  withNetwork(async (network) => {
    const weights = () => [...network.state.values()].map((one) => one.toArray())
    const start = weights()
    const tuned = await fineTuned(network, points(1000, 1), points(300, 2), {
      share: 0.1,
      grid: GRID,
      rounds: FULL_SWEEP,
    })
    expect(tuned).toMatchObject({ labelled: 100, heldOut: 20, batch: 8, chosen: { learningRate: 0.1 } })
    expect(tuned.trials).toHaveLength(2)
    expect(tuned.score.mean).toBeGreaterThan(0.97)
    expect(tuned.score.low).toBeLessThanOrEqual(tuned.score.mean)
    expect(weights()).toEqual(start)
  }))

test('what it reports as done is what it said it would do', () =>
  withNetwork(async (network) => {
    const [train, asked] = [points(400, 1), points(100, 2)]
    const options = { share: 0.5, grid: GRID, rounds: FULL_SWEEP }
    let done = 0
    await fineTuned(network, train, asked, { ...options, onPictures: (count) => (done += count) })
    const { pictures } = planTuning(train.labels, 100, options)
    expect(done / pictures).toBeGreaterThan(0.9)
    expect(done / pictures).toBeLessThan(1.1)
  }))

test('a bound on the pictures of a fit shortens all epochs alike', () => {
  const labels = Int32Array.from({ length: 60_000 }, (_, i) => i % 10)
  const whole = { grid: SEMI_SUPERVISED, passes: 60_000 }
  const { grid, count, batch } = planTuning(labels, 0, { share: 0.1, ...whole })
  expect([count, batch]).toEqual([6000, 64])
  expect(grid.epochs).toEqual([6, 10])
  expect(grid.learningRates).toEqual(SEMI_SUPERVISED.learningRates)
  expect(planTuning(labels, 0, { share: 0.01, ...whole }).grid.epochs).toEqual([30, 50])
})

test('one labelled picture a class cannot choose, and still gives an answer', () =>
  withNetwork(async (network) => {
    const tuned = await fineTuned(network, points(12, 1, 8), points(50, 2, 8), { share: 0.01 })
    expect(tuned).toMatchObject({ labelled: 2, heldOut: 0, trials: [], chosen: { learningRate: 0.02 } })
    expect(tuned.score.mean).toBeGreaterThan(0.5)
  }))

test('too few labels and weights that are not finite end in one sentence', () =>
  withNetwork(async (network) => {
    const one = { ...points(2, 1), labels: Int32Array.of(0, -1) }
    await expect(fineTuned(network, one, one, { share: 1 })).rejects.toThrow(
      'expected at least 2 labelled pictures, got 1 (100 % of 2): label more, or a larger share',
    )
    noGrad(() => network.linear.weight.fill_(Number.NaN))
    await expect(fineTuned(network, points(100, 1), points(100, 2), { share: 0.1 })).rejects.toThrow(
      "expected finite weights, got NaN or infinity in 'linear.weight': the encoder has diverged, train it anew with a lower learning rate",
    )
  }))

test('where every setting diverges, one sentence says so', () =>
  withNetwork(async (network) => {
    const grid = { ...GRID, learningRates: [1e30] }
    await expect(
      fineTuned(network, points(400, 1), points(100, 2), { share: 0.5, grid, rounds: FULL_SWEEP }),
    ).rejects.toThrow('expected a loss that stays a number, got none that does at the learning rate 1e+30')
  }))

test('settings that diverge lose to those that do not', () =>
  withNetwork(async (network) => {
    const tuned = await fineTuned(network, points(400, 1), points(100, 2), {
      share: 0.5,
      grid: { ...GRID, learningRates: [1e30, 0.1] },
      rounds: FULL_SWEEP,
    })
    expect(tuned.chosen.learningRate).toBe(0.1)
    expect(tuned.trials.map(({ loss }) => Number.isFinite(loss)).filter(Boolean)).toHaveLength(1)
  }))
