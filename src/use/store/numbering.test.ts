import { expect, test } from 'vitest'
import { numbering, runsOn } from './numbering.js'

const parts = [
  { number: 1, rows: 5, off: [0, 1] },
  { number: 2, rows: 3, off: [0, 1, 2] },
  { number: 4, rows: 4, off: [] },
  { number: 7, rows: 6, off: [2, 3, 5] },
]

test('rows are counted over parts without those that are off', () => {
  const on = parts.flatMap(({ rows, off }, part) =>
    Array.from({ length: rows }, (_, inner) => ({ part, inner })).filter(({ inner }) => !off.includes(inner)),
  )
  const { size, firsts, place } = numbering(parts)
  expect(size).toBe(on.length)
  expect(on.map((_, row) => place(row))).toEqual(on)
  expect(firsts).toEqual([0, 3, 3, 7])
  for (const row of [-1, 10, 0.5, Number.NaN]) expect(() => place(row)).toThrow(RangeError)
})

test('runs are what is on', () => {
  expect(parts.map((part) => [...runsOn(part)])).toEqual([
    [[2, 5]],
    [],
    [[0, 4]],
    [
      [0, 2],
      [4, 5],
    ],
  ])
})
