import { expect, test } from 'vitest'
import { below, judgingStream, permutation, STREAMS, stream, uniform } from './random.js'

const draws = (keys: readonly number[], count = 4) => {
  const draw = stream(...keys)
  return Array.from({ length: count }, () => draw())
}

test('the same keys give the same numbers, and every key and its place counts', () => {
  expect(draws([1, 2, 3, 4])).toEqual(draws([1, 2, 3, 4]))
  const others = [
    [1, 2, 3],
    [1, 2, 3, 5],
    [1, 2, 4, 4],
    [1, 3, 3, 4],
    [2, 2, 3, 4],
    [4, 3, 2, 1],
    [2, 1, 3, 4],
    [1, 2, 3, 4, 0],
  ]
  const all = [[1, 2, 3, 4], ...others].map((keys) => draws(keys).join())
  expect(new Set(all).size).toBe(all.length)
})

test('keys beyond 32 bits count in full', () => {
  const keys = [0, 2 ** 32, 2 ** 33, 2 ** 40 + 1, 1, Number.MAX_SAFE_INTEGER, 2 ** 32 - 1]
  expect(new Set(keys.map((key) => draws([key]).join())).size).toBe(keys.length)
})

/** Chi-square of counts that should be equal. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((a, b) => a + b) / counts.length
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

test.each<[string, () => number[]]>([
  ['within one stream', () => draws([42], 20_000)],
  // what training does: few draws from each of many neighbouring streams
  [
    'across neighbouring streams',
    () => Array.from({ length: 20_000 }, (_, i) => draws([0, 3, i, 0], 1)[0] as number),
  ],
  ['across seeds', () => Array.from({ length: 20_000 }, (_, i) => draws([i, 0], 1)[0] as number)],
])('uniform %s: mean, variance, chi-square of 20 bins, neighbours unrelated', (_, make) => {
  const values = make()
  const n = values.length
  const mean = values.reduce((a, b) => a + b) / n
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n
  // five deviations of each estimate
  expect(Math.abs(mean - 0.5)).toBeLessThan((5 * Math.sqrt(1 / 12)) / Math.sqrt(n))
  expect(Math.abs(variance - 1 / 12)).toBeLessThan((5 * Math.sqrt(1 / 180)) / Math.sqrt(n))
  const bins = Array<number>(20).fill(0)
  for (const value of values) bins[Math.floor(value * 20)]!++
  // the 99.999th percentile of 19 degrees of freedom is 60.6
  expect(chiSquare(bins)).toBeLessThan(60.6)
  const next = values
    .slice(1)
    .reduce((sum, value, i) => sum + (value - mean) * ((values[i] as number) - mean), 0)
  expect(Math.abs(next / n / variance)).toBeLessThan(5 / Math.sqrt(n))
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...values)).toBeLessThan(1)
})

test('ranges and whole numbers reach both ends and no further', () => {
  const draw = stream(5)
  const numbers = Array.from({ length: 5000 }, () => below(draw, 7))
  expect([...new Set(numbers)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6])
  const values = Array.from({ length: 5000 }, () => uniform(draw, -2, 3))
  expect(Math.min(...values)).toBeGreaterThanOrEqual(-2)
  expect(Math.min(...values)).toBeLessThan(-1.98)
  expect(Math.max(...values)).toBeLessThan(3)
  expect(Math.max(...values)).toBeGreaterThan(2.98)
})

test('a permutation holds each number once, and all six orders of three are as frequent', () => {
  const order = permutation(stream(1), 1000)
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
  expect([...order]).not.toEqual([...permutation(stream(2), 1000)])
  expect([...permutation(stream(1), 0)]).toEqual([])
  const counts = new Map<string, number>()
  for (let i = 0; i < 6000; i++) {
    const key = permutation(stream(8, i), 3).join()
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  expect(counts.size).toBe(6)
  // the 99.999th percentile of 5 degrees of freedom is 30.9
  expect(chiSquare([...counts.values()])).toBeLessThan(30.9)
})

test('what was drawn for published figures is drawn again', () => {
  const draw = judgingStream(0, 0xb007)
  expect([draw(), draw()].map((value) => value.toFixed(6))).toEqual(['0.320022', '0.779121'])
  expect([...permutation(judgingStream(3, 1, 0xfe3), 8)]).toEqual([6, 3, 0, 1, 2, 5, 7, 4])
})

test('no two kinds of draws share a key', () => {
  const keys = Object.values(STREAMS)
  expect(new Set(keys).size).toBe(keys.length)
})
