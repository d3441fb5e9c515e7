import { expect, test } from 'vitest'
import { studentT } from '../judge/index.js'
import { stream } from '../learn/augment/random.js'
import { contrast, pooled } from './statistics.js'

test('the spread is pooled over rows as an analysis of variance does', () => {
  // by hand: squares about the means 2 and 11 are 2 and 2, degrees of freedom 2 and 1
  const { deviation, freedom } = pooled([[1, 2, 3], [10, 12], [7]])
  expect(freedom).toBe(3)
  expect(deviation).toBeCloseTo(Math.sqrt(4 / 3), 12)
  expect(studentT(3)).toBeCloseTo(3.182446, 5)
  expect(studentT(0)).toBe(Number.POSITIVE_INFINITY)
  // scipy.stats.t.ppf(0.975, 60) = 2.000298
  expect(studentT(60)).toBeCloseTo(2.000298, 5)
})

test('an interval of a difference is right 95 times of 100', () => {
  const uniform = stream(3)
  const bell = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  let inside = 0
  const rounds = 4000
  for (let round = 0; round < rounds; round++) {
    const rows = [1, 1.5, 4].map((middle) => Array.from({ length: 3 }, () => middle + 0.7 * bell()))
    const [a, b] = rows as [number[], number[], number[]]
    const { low, high } = contrast(
      [
        { weight: 1, values: b },
        { weight: -1, values: a },
      ],
      pooled(rows),
    )
    if (low <= 0.5 && high >= 0.5) inside++
  }
  expect(inside / rounds).toBeGreaterThan(0.935)
  expect(inside / rounds).toBeLessThan(0.965)
})

test('one seed tells a difference but not how sure it is', () => {
  expect(contrast([{ weight: 1, values: [3] }], pooled([[3], [5]]))).toEqual({
    mean: 3,
    low: Number.NEGATIVE_INFINITY,
    high: Number.POSITIVE_INFINITY,
  })
})
