import { expect, test } from 'vitest'
import { UsageError } from '../errors.js'
import { holdOut, labelledShare } from './labelled.js'

/** Classes of 100, 40 and 1 pictures, and 5 pictures without a class, mixed. */
const labels = Int32Array.from({ length: 146 }, (_, i) => (i < 100 ? 0 : i < 140 ? 1 : i < 141 ? 2 : -1))
const countOf = (rows: Int32Array) => {
  const counts = [0, 0, 0, 0]
  for (const row of rows) counts[(labels[row] as number) + 1] = (counts[(labels[row] as number) + 1] ?? 0) + 1
  return counts
}

test('a share is taken of each class, rounded, at least one picture, and none without a class', () => {
  expect(countOf(labelledShare(labels, 0.1, 0))).toEqual([0, 10, 4, 1])
  expect(countOf(labelledShare(labels, 0.001, 0))).toEqual([0, 1, 1, 1])
  expect(countOf(labelledShare(labels, 1, 0))).toEqual([0, 100, 40, 1])
})

test('rows ascend, depend on the seed and the draw alone, and differ between them', () => {
  const rows = labelledShare(labels, 0.3, 5)
  expect([...rows]).toEqual([...rows].sort((a, b) => a - b))
  expect(labelledShare(labels, 0.3, 5)).toEqual(rows)
  expect(labelledShare(labels, 0.3, 6)).not.toEqual(rows)
})

test('a draw of more labels has those of fewer in it', () => {
  const more = new Set(labelledShare(labels, 0.5, 2))
  for (const row of labelledShare(labels, 0.1, 2)) expect(more.has(row)).toBe(true)
})

test('a share that is none is refused in one sentence', () => {
  for (const share of [0, -1, 1.5, Number.NaN])
    expect(() => labelledShare(labels, share, 0)).toThrow(UsageError)
})

test('holding out splits the rows, keeps some of every class, and holds back none of a class of one', () => {
  const rows = labelledShare(labels, 0.5, 1)
  const { kept, held } = holdOut(labels, rows, 0.2, 1)
  expect([...kept, ...held].sort((a, b) => a - b)).toEqual([...rows])
  expect(countOf(held)).toEqual([0, 10, 4, 0])
  const pairs = holdOut(Int32Array.of(0, 0, 1, 1), Int32Array.of(0, 1, 2, 3), 0.9, 3)
  expect(pairs.kept).toHaveLength(2)
  expect(holdOut(Int32Array.of(0, 1), Int32Array.of(0, 1), 0.2, 0).held).toHaveLength(0)
})
