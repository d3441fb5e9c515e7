import { expect, test } from 'vitest'
import { judgingStream } from '../encode/random.js'
import { ops, scope, type Tensor, tensor } from '../torch/index.js'
import { effectiveRank, uniformity } from './index.js'
import { byInfluence, type Measured, meanOf } from './measured.js'
import { measuredRank, measuredSpread, measuredUniformity } from './spread.js'
import { leak } from './testing/banks.js'

/** Skewed features, as those after a ReLU are: the first columns are far larger than the last. */
function features(n: number, d: number, seed: number): Tensor {
  const draw = judgingStream(seed)
  return tensor(
    Float32Array.from({ length: n * d }, (_, i) => Math.max(0, draw() - 0.3) ** 2 / (1 + (i % d))),
    [n, d],
  )
}

/** The standard error by leaving out each picture in turn (Tukey 1958): slow, and another way to the same figure. */
function leftOut(x: Tensor, statistic: (x: Tensor) => number): number {
  const [n = 0] = x.shape
  const values = Array.from({ length: n }, (_, i) =>
    scope(() => {
      const others = Array.from({ length: n - 1 }, (_, j) => (j < i ? j : j + 1))
      return statistic(x.index_select(0, tensor(others, undefined, 'int64')))
    }),
  )
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  return Math.sqrt(((n - 1) / n) * values.reduce((sum, value) => sum + (value - mean) ** 2, 0))
}

function spreadOf(x: Tensor): number {
  const unit = x.div(ops.linalg_vector_norm(x, 2, [1], true))
  return unit.std([0], false).mean().item() * Math.sqrt(x.shape[1] as number)
}

const half = ({ low, high }: Measured) => (high - low) / 2 / 1.96
const logHalf = ({ low, high }: Measured) => Math.log(high / low) / 2 / 1.96

/** exp of the entropy of the singular values' shares, by libtorch's own decomposition. */
function plainRank(x: Tensor): number {
  const values = ops.linalg_svdvals(x.to('float64')).toArray()
  const sum = values.reduce((total, value) => total + value, 0)
  return Math.exp(-values.map((value) => value / sum).reduce((total, p) => total + p * Math.log(p + 1e-7), 0))
}

/** Over all pairs, one by one. */
function plainUniformity(x: Tensor): number {
  const [n = 0, d = 0] = x.shape
  const flat = x.toArray()
  const rows = Array.from({ length: n }, (_, i) => flat.slice(i * d, (i + 1) * d))
  const unit = rows.map((row) => row.map((value) => value / Math.hypot(...row)))
  const potentials = unit.flatMap((a, i) =>
    unit
      .filter((_, j) => j !== i)
      .map((b) => Math.exp(-2 * a.reduce((sum, value, k) => sum + (value - (b[k] as number)) ** 2, 0))),
  )
  return Math.log(potentials.reduce((sum, one) => sum + one, 0) / potentials.length)
}

// the jackknife is known to overstate the error of small samples
const near = (ratio: number) => {
  expect(ratio).toBeGreaterThan(0.85)
  expect(ratio).toBeLessThan(1.05)
}

test('values are those of the plain measures, errors those of the jackknife that leaves out one picture at a time', () => {
  scope(() => {
    // more pictures than columns, and fewer
    for (const x of [features(80, 12, 1), features(40, 60, 2)]) {
      const rank = measuredRank(x)
      expect(rank.value).toBeCloseTo(plainRank(x), 3)
      expect(effectiveRank(x)).toBe(rank.value)
      const logRank = (part: Tensor) => Math.log(effectiveRank(part))
      near(logHalf(rank) / leftOut(x, logRank))

      const even = measuredUniformity(x)
      expect(even.value).toBeCloseTo(plainUniformity(x), 5)
      expect(uniformity(x)).toBe(even.value)
      near(half(even) / leftOut(x, uniformity))

      const spread = measuredSpread(x)
      expect(spread.value).toBeCloseTo(spreadOf(x), 5)
      near(half(spread) / leftOut(x, spreadOf))
    }
  })
})

test('a collapse has rank 1, spread 0 and uniformity 0, exactly', () => {
  scope(() => {
    const same = ops.ones([30, 8])
    expect(measuredRank(same)).toEqual({
      value: expect.closeTo(1, 4),
      low: expect.closeTo(1, 4),
      high: expect.closeTo(1, 4),
    })
    expect(measuredSpread(same).high).toBeCloseTo(0, 5)
    expect(measuredUniformity(same)).toEqual({
      value: expect.closeTo(0, 5),
      low: expect.closeTo(0, 5),
      high: expect.closeTo(0, 5),
    })
    const silent = ops.zeros([30, 8])
    expect(measuredRank(silent).low).toBe(1)
    expect(measuredSpread(silent).value).toBe(0)
    // vectors of no length lie on one spot, at distance 1 from those of length 1
    for (const n of [2, 30])
      expect(measuredUniformity(ops.zeros([n, 8]))).toEqual({ value: 0, low: 0, high: 0 })
    const mixed = measuredUniformity(tensor([0, 0, 0, 0, 3, 0], [3, 2])).value
    expect(mixed).toBeCloseTo(Math.log((1 + 2 * Math.exp(-2)) / 3), 5)
  })
})

test('an interval of a mean holds the true mean about 95 times of 100', () => {
  let held = 0
  for (let seed = 0; seed < 200; seed++) {
    const draw = judgingStream(seed, 5)
    const { low, high } = meanOf(
      Float64Array.from({ length: 60 }, () => draw()),
      seed,
    )
    if (low <= 0.5 && high >= 0.5) held++
  }
  expect(held).toBeGreaterThan(180)
  expect(held).toBeLessThan(199)
  expect(meanOf(new Float64Array([0.25]))).toMatchObject({ value: 0.25, low: 0.25, high: 0.25 })
  // the mean of 0 and 1: influences ±1/4, error sqrt(1/8)
  expect(byInfluence(0.5, [0.25, -0.25]).high).toBeCloseTo(0.5 + 1.96 * Math.sqrt(1 / 8), 10)
})

test('no tensor is left behind, and a NaN is refused', () => {
  const x = features(20, 6, 3)
  expect(leak(() => [measuredRank(x), measuredSpread(x), measuredUniformity(x)])).toBe(0)
  expect(() => measuredRank(tensor([[Number.NaN, 1]]))).toThrow('NaN or infinity')
})
