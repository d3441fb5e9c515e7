import { expect, test } from 'vitest'
import { judgingStream } from '../encode/random.js'
import { bootstrap, overDraws } from './bootstrap.js'
import { percentiles, studentT } from './interval.js'

test("Student's t has the values of the tables, between whole numbers as well", () => {
  // scipy.stats.t.ppf(0.975, freedom)
  const table = [
    [1, 12.7062],
    [2, 4.302653],
    [2.5, 3.574655],
    [9, 2.262157],
    [30, 2.042272],
    [58, 2.001717],
    [1000, 1.962339],
    [4000, 1.960557],
    [50_000, 1.960011],
    [500_000, 1.959969],
    [Number.POSITIVE_INFINITY, 1.959964],
  ] as const
  for (const [freedom, value] of table) expect(studentT(freedom)).toBeCloseTo(value, 4)
})

test('percentiles lie between the sorted values', () => {
  const values = Array.from({ length: 41 }, (_, i) => 40 - i)
  expect(percentiles(values)).toEqual({ low: expect.closeTo(1, 9), high: expect.closeTo(39, 9) })
  expect(percentiles([3])).toEqual({ low: 3, high: 3 })
})

/** The share of `trials` whose interval has the truth in it. */
function coverage(trials: number, truth: number, interval: (trial: number) => { low: number; high: number }) {
  let held = 0
  for (let trial = 0; trial < trials; trial++) {
    const { low, high } = interval(trial)
    if (low <= truth && truth <= high) held++
  }
  return held / trials
}

test('a 95 % interval over test pictures has the true share in it 95 times of 100', () => {
  const share = coverage(400, 0.8, (trial) => {
    const draw = judgingStream(trial, 1)
    return bootstrap([Uint8Array.from({ length: 250 }, () => (draw() < 0.8 ? 1 : 0))], trial)
  })
  // three standard errors of a share of 400 are 0.033
  expect(share).toBeGreaterThan(0.915)
  expect(share).toBeLessThan(0.985)
})

test('as does one over draws of the training pictures, which is also unsure of the test pictures', () => {
  const pictures = 400
  const cover = (sigma: number, draws: number) =>
    coverage(1000, 0.7, (trial) => {
      const draw = judgingStream(trial, 2)
      const bell = () => Array.from({ length: 12 }, () => draw()).reduce((a, b) => a + b, -6)
      // one test set for all draws: its luck is common to them
      const luck = Math.sqrt(0.21 / pictures) * bell()
      const values = Array.from({ length: draws }, () => 0.7 + luck + sigma * bell())
      // two values so far apart have just that deviation
      const half = Math.sqrt(0.21 / pictures / 2)
      return overDraws(values, [-half, half])
    })
  for (const share of [cover(0.03, 5), cover(0.1, 3), cover(0.01, 5), cover(0.001, 10)]) {
    expect(share).toBeGreaterThan(0.93)
    expect(share).toBeLessThan(0.975)
  }
})

test('all right and all wrong are not certain for ever', () => {
  const sure = bootstrap([new Uint8Array(20).fill(1)], 0)
  expect(sure).toMatchObject({ mean: 1, spread: 0, high: 1 })
  // 0.861 ^ 20 = 0.05
  expect(sure.low).toBeCloseTo(0.861, 3)
  expect(bootstrap([new Uint8Array(20)], 0).high).toBeCloseTo(0.139, 3)
})
