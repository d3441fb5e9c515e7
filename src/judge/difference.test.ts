import { expect, test } from 'vitest'
import { judgingStream } from '../encode/random.js'
import { bootstrap, deviation, overDraws } from './bootstrap.js'
import { difference } from './difference.js'
import type { Score } from './score.js'

/** Answers of two classifiers of `count` pictures that agree on all but `better` and `worse` of them. */
function pair(count: number, better: number, worse: number): [Score, Score] {
  const draw = judgingStream(3)
  const own = Uint8Array.from({ length: count }, () => (draw() < 0.7 ? 1 : 0))
  const other = Uint8Array.from(own)
  for (let i = 0; i < better + worse; i++) {
    own[i] = i < better ? 1 : 0
    other[i] = i < better ? 0 : 1
  }
  return [bootstrap([own], 0), bootstrap([other], 0)]
}

test('a lead on the same pictures is as sure as the pictures on which the two differ (McNemar 1947)', () => {
  const [own, other] = pair(2000, 60, 20)
  const { mean, low, high, verdict } = difference(own, other)
  expect(mean).toBeCloseTo(40 / 2000, 10)
  // the variance of a difference of paired shares: (b + c - (b - c)² / n) / n²
  const error = Math.sqrt(80 - 1600 / 2000) / 2000
  expect((high - low) / 2).toBeGreaterThan(1.96 * error * 0.9)
  expect((high - low) / 2).toBeLessThan(1.96 * error * 1.1)
  expect(verdict).toBe('better')
  // though their own intervals overlap
  expect(own.low).toBeLessThan(other.high)
  expect(difference(other, own).verdict).toBe('worse')
  expect(difference(...pair(2000, 24, 20)).verdict).toBe('level')
  expect(difference(own, own)).toEqual({ mean: 0, low: 0, high: 0, verdict: 'level' })
})

test('draws of the same labelled pictures are compared draw by draw, with the error of the test pictures', () => {
  const base = [0.6, 0.7, 0.65, 0.72, 0.61, 0.69, 0.64, 0.7, 0.66, 0.68]
  const draw = judgingStream(5)
  const luck = (scale: number) => Array.from({ length: 200 }, () => scale * (draw() - 0.5))
  const [common, rest] = [luck(0.05), luck(0.02)]
  const other = overDraws(base, common)
  const own = overDraws(
    base.map((value, i) => value + 0.02 + (i % 2 ? 0.001 : -0.001)),
    common.map((value, i) => value + (rest[i] as number)),
  )
  const { mean, low, high, verdict } = difference(own, other)
  expect(mean).toBeCloseTo(0.02, 10)
  expect(verdict).toBe('better')
  // what test pictures are hard is common to both; draws: ± 0.001 ten times, t of 9 degrees of freedom 2.262
  const drawn = (2.262 * 0.001 * Math.sqrt(10 / 9)) / Math.sqrt(10)
  expect((high - low) / 2).toBeCloseTo(Math.hypot(drawn, 1.96 * deviation(rest)), 5)
  expect(own.low).toBeLessThan(other.high)
})

test('single values are compared by their errors', () => {
  const score = (mean: number): Score => ({
    mean,
    spread: 0.01,
    values: [mean],
    error: 0.01,
    low: 0,
    high: 1,
  })
  const { low, high } = difference(score(0.5), score(0.4))
  expect(low).toBeCloseTo(0.1 - 1.96 * Math.SQRT2 * 0.01, 10)
  expect(high).toBeCloseTo(0.1 + 1.96 * Math.SQRT2 * 0.01, 10)
})
