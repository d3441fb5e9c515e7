import { expect, test } from 'vitest'
import { grad, manualSeed, noGrad, ops, scope, tensor } from '../torch/index.js'
import { type Bank, judge, linearProbe, lineOf, logisticRegression } from './index.js'
import { epochsFor, RATES } from './linear.js'
import { GRID } from './penalty-path.js'
import { sgd } from './sgd.js'
import { blobs, leak } from './testing/banks.js'

const hard = (seed: number, count = 200) => blobs({ classes: 4, dims: 8, count, noise: 1.1, seed })

test('the steps are those of Nesterov momentum on the loss, by the gradient of libtorch itself', () => {
  scope(() => {
    manualSeed(3)
    // one batch an epoch, so that the order does not matter
    const features = ops.randn([40, 5])
    const labels = tensor(Int32Array.from({ length: 40 }, (_, i) => i % 3)).to('int64')
    const rates = [0.4, 0.05]
    const epochs = 7
    const found = noGrad(() => sgd(features, labels, { classes: 3, rates, epochs, seed: 0 }))
    for (const [at, rate] of rates.entries()) {
      let values = [ops.zeros([3, 5]), ops.zeros([3])]
      let speeds = values.map((value) => ops.zeros_like(value))
      for (let step = 0; step < epochs; step++) {
        const own = values.map((value) => value.clone().setRequiresGrad())
        const [slopes, offsets] = own as [(typeof own)[0], (typeof own)[0]]
        const loss = ops.cross_entropy_loss(features.mm(slopes.t()).add(offsets), labels)
        const gradients = grad(loss, own)
        const now = (rate / 2) * (1 + Math.cos((Math.PI * step) / epochs))
        noGrad(() => {
          speeds = speeds.map((speed, i) => speed.mul(0.9).add(gradients[i] as typeof speed))
          values = values.map((value, i) =>
            value.sub((gradients[i] as typeof value).add((speeds[i] as typeof value).mul(0.9)).mul(now)),
          )
        })
      }
      const [slopes, offsets] = values as [(typeof values)[0], (typeof values)[0]]
      expect(found.slopes.select(1, at).sub(slopes).abs().max().item()).toBeLessThan(1e-5)
      expect(found.offsets.select(1, at).sub(offsets).abs().max().item()).toBeLessThan(1e-5)
      expect(slopes.abs().max().item()).toBeGreaterThan(0.02)
    }
  })
})

test('small sets are gone through more often, up to the paper', () => {
  expect([60_000, 1_281_167, 30_000, 10_000, 50].map(epochsFor)).toEqual([30, 30, 59, 80, 80])
})

test('both choose on held-out training pictures and solve what a line separates', () => {
  const [train, test] = [hard(1), hard(2)]
  let linear = linearProbe(train, test)
  let logistic = logisticRegression(train, test)
  expect(leak(() => (linear = linearProbe(train, test)))).toBe(0)
  expect(leak(() => (logistic = logisticRegression(train, test)))).toBe(0)
  expect(linear.grid.map(({ rate }) => rate)).toEqual(RATES)
  expect(linear.grid.find(({ rate }) => rate === linear.rate)?.held_out).toBe(
    Math.max(...linear.grid.map(({ held_out = 0 }) => held_out)),
  )
  expect(GRID).toHaveLength(45)
  expect([GRID[0], GRID.at(-1)]).toEqual([1e5, expect.closeTo(1e-6, 12)])
  expect(logistic.grid.map(({ penalty }) => penalty)).toEqual(GRID.slice(0, logistic.grid.length))
  // two powers of ten beyond the best
  expect(GRID[logistic.grid.length - 1]).toBeCloseTo(logistic.penalty / 100, 12)
  expect(logistic.grid.find(({ penalty }) => penalty === logistic.penalty)?.sample).toBe(
    Math.max(...logistic.grid.map(({ sample = 0 }) => sample)),
  )
  for (const score of [linear, logistic]) {
    expect(score.mean).toBeGreaterThan(0.5)
    expect(score.mean).toBeLessThan(0.9)
    expect(score.low).toBeLessThan(score.mean)
    expect(score.high).toBeGreaterThan(score.mean)
  }
  expect(Math.abs(linear.mean - logistic.mean)).toBeLessThan(0.03)
  expect(linearProbe(train, test)).toEqual(linear)
  expect(logisticRegression(train, test)).toEqual(logistic)
})

test('a call on banks gives what the table has', () => {
  const [train, test] = [hard(1), hard(2)]
  const table = judge({ learned: { train, test } }, ['linear', 'logistic'], { seed: 3 })
  const { rate, epochs, grid, ...score } = linearProbe(train, test, { seed: 3 })
  const linear = lineOf(table, 'linear')
  expect(linear?.scores.learned).toEqual(score)
  expect(linear?.chosen).toEqual({ learning_rate: rate, epochs })
  expect(linear?.grid?.learned).toEqual(grid)
  const { penalty, grid: path, ...other } = logisticRegression(train, test, { seed: 3 })
  const logistic = lineOf(table, 'logistic')
  expect(logistic?.scores.learned).toEqual(other)
  expect(logistic?.chosen).toEqual({ penalty })
  expect(logistic?.grid?.learned).toEqual(path)
})

test('of given penalties the one that is best on held-out pictures is taken, of equals the strongest', () => {
  const [train, test] = [hard(1), hard(2)]
  const penalties = [1e-4, 1e-3, 1e-2, 1e-1]
  const { penalty, grid, mean } = logisticRegression(train, test, { penalties, tolerance: 1e-4 })
  expect(grid.map((point) => point.penalty)).toEqual(penalties)
  const most = Math.max(...grid.map(({ held_out = 0 }) => held_out))
  expect(penalty).toBe(grid.findLast(({ held_out }) => held_out === most)?.penalty)
  const alone = logisticRegression(train, test, { penalties: [penalty], tolerance: 1e-4 })
  expect(alone).toMatchObject({ mean, penalty, grid: [] })
  expect(() => logisticRegression(train, test, { penalties: [] })).toThrow('all above 0, got []')
  expect(() => logisticRegression(train, test, { penalties: [1, 0] })).toThrow('all above 0, got [1,0]')
  const few = blobs({ classes: 2, dims: 4, count: 4, noise: 0.1, seed: 1 })
  expect(() => logisticRegression(few, few, { penalties })).toThrow('expected at least 10 training pictures')
  expect(logisticRegression(few, few, { penalties: [0.1] }).mean).toBe(1)
})

test('shuffled labels teach nothing, and the test set has no say in the choice', () => {
  const train = hard(1)
  const noise = { ...train, labels: train.labels.map((_, i) => Math.floor(i / 7) % 4) }
  expect(linearProbe(noise, hard(2)).mean).toBeLessThan(0.4)
  expect(logisticRegression(noise, hard(2)).mean).toBeLessThan(0.4)
  expect(logisticRegression(train, hard(3, 50)).penalty).toBe(logisticRegression(train, hard(2)).penalty)
})

test('beyond the sample of the grid, the last penalties are tried on all', () => {
  const [train, test] = [1, 2].map((seed) =>
    blobs({ classes: 3, dims: 4, count: 6000, noise: 1.5, seed }),
  ) as [Bank, Bank]
  const { grid, penalty } = logisticRegression(train, test)
  const last = grid.filter(({ held_out }) => held_out !== undefined)
  expect(last.length).toBeGreaterThan(1)
  expect(last.map((point) => point.penalty)).toContain(penalty)
})
