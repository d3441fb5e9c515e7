import { afterAll, beforeAll, expect, test } from 'vitest'
import { disposeModule, Linear } from '../nn/index.js'
import { memory, noGrad, scope, type Tensor } from '../torch/index.js'
import { ask } from './finetune-ask.js'
import { type FitOptions, fit, planFit } from './finetune-fit.js'
import { points, tinyNetwork } from './testing/labelled.js'

const OPTIONS: FitOptions = {
  learningRate: 0.1,
  weightDecay: 0,
  epochs: 20,
  batch: 8,
  warmup: 0,
  precision: 'float32',
  seed: 0,
}
const all = (count: number) => Int32Array.from({ length: count }, (_, row) => row)

let before: number
beforeAll(() => {
  before = memory().tensors
})
afterAll(() => expect(memory().tensors).toBe(before))

function dispose(network: ReturnType<typeof tinyNetwork>, head: Linear): void {
  disposeModule(network.norm)
  disposeModule(network.linear)
  disposeModule(head)
}

function zero(head: Linear): void {
  scope(() =>
    noGrad(() => {
      head.weight.zero_()
      head.bias?.zero_()
    }),
  )
}

test('the last, incomplete batch of an epoch waits, and few pictures are one batch', () => {
  expect(planFit(100, { epochs: 3, batch: 32 })).toEqual({ batch: 32, perEpoch: 3, steps: 9 })
  expect(planFit(5, { epochs: 0.5, batch: 32 })).toEqual({ batch: 5, perEpoch: 1, steps: 1 })
})

test('the first step is that of softmax regression with Nesterov momentum, by hand', async () => {
  const pictures = points(6, 1)
  // an identity in place of a network: features are the points
  const identity = { features: 2, state: new Map(), forward: (x: Tensor) => x.flatten(1) }
  const head = new Linear(2, 2)
  zero(head)
  await fit(identity, head, pictures, all(6), { ...OPTIONS, epochs: 1 })
  const values: number[][] = []
  for await (const { views } of pictures.plain(all(6))) {
    const flat = views.toArray()
    for (let i = 0; i < 6; i++) values.push(flat.slice(2 * i, 2 * i + 2))
    views.dispose()
  }
  // at 0 both classes have probability 1/2: the gradient for class k is the mean of (1/2 - [label = k]) x
  const gradient = [0, 1].map((k) =>
    [0, 1].map((d) => {
      const terms = values.map((x, i) => (0.5 - (pictures.labels[i] === k ? 1 : 0)) * (x[d] as number))
      return terms.reduce((sum, term) => sum + term, 0) / 6
    }),
  )
  // momentum begins at the gradient, and Nesterov looks 0.9 of it ahead
  const expected = gradient.flat().map((g) => -0.1 * 1.9 * g)
  const weights = head.weight.toArray()
  expected.forEach((value, i) => {
    expect(weights[i]).toBeCloseTo(value, 6)
  })
  disposeModule(head)
})

test('all weights are trained, to right answers; the same seed gives the same weights', async () => {
  const results: number[][] = []
  for (let repeat = 0; repeat < 2; repeat++) {
    const network = tinyNetwork(4)
    const start = network.linear.weight.toArray()
    const head = new Linear(4, 2)
    zero(head)
    const seen: number[] = []
    const sound = await fit(network, head, points(40, 2), all(40), {
      ...OPTIONS,
      onStep: (n) => seen.push(n),
    })
    expect(sound).toBe(true)
    expect(seen).toEqual(Array(100).fill(8))
    expect(network.linear.weight.toArray()).not.toEqual(start)
    const { right } = await ask(network, head, points(200, 3), all(200), 'float32')
    expect(right.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(195)
    results.push([...network.linear.weight.toArray(), ...network.norm.running_mean.toArray()])
    dispose(network, head)
  }
  expect(results[0]).toEqual(results[1])
})

test('running statistics forget what was before and end at those of the pictures', async () => {
  const network = tinyNetwork(4)
  noGrad(() => {
    network.norm.running_mean.fill_(1e6)
    network.norm.running_var.fill_(1e6)
  })
  const head = new Linear(4, 2)
  const pictures = points(64, 5)
  // at a learning rate of 0 the network stands still, and the mean of all batches is the mean of the pictures
  await fit(network, head, pictures, all(64), { ...OPTIONS, learningRate: 0, epochs: 1 })
  for await (const { views } of pictures.plain(all(64))) {
    const mean = scope(() => noGrad(() => network.linear.forward(views.flatten(1)).mean([0]).toArray()))
    network.norm.running_mean.toArray().forEach((value, i) => {
      expect(value).toBeCloseTo(mean[i] as number, 4)
    })
    views.dispose()
  }
  expect(Math.max(...network.norm.running_var.toArray())).toBeLessThan(1)
  dispose(network, head)
})

test('it stops at the first loss that is no number, and says so', async () => {
  const network = tinyNetwork(4)
  noGrad(() => network.linear.weight.fill_(Number.NaN))
  const head = new Linear(4, 2)
  let steps = 0
  const sound = await fit(network, head, points(40, 2), all(40), { ...OPTIONS, onStep: () => steps++ })
  expect(sound).toBe(false)
  expect(steps).toBe(1)
  dispose(network, head)
})
