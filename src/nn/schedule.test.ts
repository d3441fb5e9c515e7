import { expect, test } from 'vitest'
import { cosine, warmupCosine } from './index.js'

test('half a cosine, constant outside of 0 to 1', () => {
  const expected: [number, number][] = [
    [-1, 1],
    [0, 1],
    [1 / 3, 0.75],
    [0.5, 0.5],
    [2 / 3, 0.25],
    [1, 0],
    [7, 0],
  ]
  for (const [progress, value] of expected) expect(cosine(progress)).toBeCloseTo(value, 12)
})

test('linear warm-up, then down to the final value', () => {
  const at = (step: number, final = 0) => warmupCosine(step, { base: 2, warmup: 10, total: 70, final })
  expect([0, 1, 5, 9, 10].map((step) => at(step))).toEqual([0, 0.2, 1, 1.8, 2])
  expect(at(30)).toBeCloseTo(1.5, 12)
  expect(at(40)).toBeCloseTo(1, 12)
  expect(at(70)).toBeCloseTo(0, 12)
  expect(at(1000)).toBeCloseTo(0, 12)
  expect(at(40, 1)).toBeCloseTo(1.5, 12)
  expect(at(70, 1)).toBe(1)
})

test('no warm-up begins at the base, and a warm-up as long as the run ends there', () => {
  expect(warmupCosine(0, { base: 3, warmup: 0, total: 5 })).toBe(3)
  expect(warmupCosine(4, { base: 4, warmup: 4, total: 4 })).toBe(4)
})
