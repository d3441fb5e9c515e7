import { expect, test } from 'vitest'
import { vote } from './vote.js'

test('weighs each neighbour by exp(cosine / 0.1)', () => {
  const { label, confidence, labels, voters } = vote([0.9, 0.8, 0.8, 0.5], ['a', 'b', 'b', null])
  // 1 against 2 / e
  const total = 1 + 2 * Math.exp(-1)
  expect([label, voters]).toEqual(['a', 3])
  expect(confidence).toBeCloseTo(1 / total, 5)
  expect(labels.map(({ label }) => label)).toEqual(['a', 'b'])
  expect(labels.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 5)
})

test('three that are a little further outvote one', () => {
  expect(vote([0.9, 0.85, 0.85, 0.85], ['a', 'b', 'b', 'b']).label).toBe('b')
})

test('without a label nobody votes', () => {
  expect(vote([0.9], [null])).toEqual({ label: null, confidence: 0, labels: [], voters: 0 })
})
