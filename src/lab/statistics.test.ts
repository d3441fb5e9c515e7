import { expect, test } from 'vitest'
import { stream } from '../encode/random.js'
import { studentT } from '../judge/index.js'
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
    const spread = pooled(rows)
    const { low, high } = contrast([
      { weight: 1, values: b, spread },
      { weight: -1, values: a, spread },
    ])
    if (low <= 0.5 && high >= 0.5) inside++
  }
  expect(inside / rounds).toBeGreaterThan(0.935)
  expect(inside / rounds).toBeLessThan(0.965)
})

test('one seed tells a difference but not how sure it is', () => {
  expect(contrast([{ weight: 1, values: [3], spread: pooled([[3], [5]]) }])).toEqual({
    mean: 3,
    low: Number.NEGATIVE_INFINITY,
    high: Number.POSITIVE_INFINITY,
  })
})

test('rows with spreads of their own are compared as Welch does', () => {
  const [a, b] = [
    [1, 2, 3],
    [10, 20, 60],
  ] as const
  const { mean, low, high } = contrast([
    { weight: 1, values: b, spread: pooled([b]) },
    { weight: -1, values: a, spread: pooled([a]) },
  ])
  // scipy 1.17: ttest_ind(b, a, equal_var=False).confidence_interval(), of 2.0057 degrees of freedom
  expect(mean).toBe(28)
  expect([low, high]).toEqual([expect.closeTo(-37.5918, 3), expect.closeTo(93.5918, 3)])
})

test('a row without any spread is as sure as it looks', () => {
  expect(contrast([{ weight: 1, values: [3, 3], spread: pooled([[3, 3]]) }])).toEqual({
    mean: 3,
    low: 3,
    high: 3,
  })
})
