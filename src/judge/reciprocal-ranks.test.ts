import { expect, test } from 'vitest'
import { ops, scope, tensor } from '../torch/index.js'
import { largestHub, reciprocalRanks } from './index.js'
import { leak } from './testing/banks.js'

const at = (...degrees: number[]) =>
  tensor(
    Float32Array.from(
      degrees.flatMap((angle) => [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]),
    ),
    [degrees.length, 2],
  )

test('a partner in the third place counts a third, and length is no matter', () => {
  scope(() => {
    const gallery = at(10, 20, 50, 90).mul(7)
    const pairs = { from: [0, 0, 0, 1], to: [0, 1, 2, 3] }
    expect(Array.from(reciprocalRanks(at(0, 85), gallery, pairs))).toEqual([
      1,
      1 / 2,
      expect.closeTo(1 / 3, 12),
      1,
    ])
  })
})

test('among the same rows none is found by itself', () => {
  scope(() => {
    const rows = at(0, 10, 15, 100)
    const pairs = { from: [0, 1, 3], to: [1, 0, 2], same: true }
    expect(Array.from(reciprocalRanks(rows, rows, pairs))).toEqual([1, 1 / 2, 1])
  })
})

test('a collapse finds nothing: all come before the partner', () => {
  scope(() => {
    const rows = ops.ones([50, 4])
    const all = Array.from({ length: 50 }, (_, i) => i)
    expect(reciprocalRanks(rows, rows, { from: all, to: all })[7]).toBe(1 / 50)
  })
})

test('rows that are none, and features of two encoders, are refused', () => {
  scope(() => {
    const rows = at(0, 1)
    expect(() => reciprocalRanks(rows, rows, { from: [0], to: [2] })).toThrow('rows from 0 to 1, got 2')
    expect(() => reciprocalRanks(rows, ops.ones([2, 3]), { from: [0], to: [1] })).toThrow('one encoder')
    expect(() => reciprocalRanks(rows, rows, { from: [0, 1], to: [1] })).toThrow('2 and 1')
  })
})

test('the largest hub: the middle of a star is among the neighbours of all', () => {
  scope(() => {
    // 40 directions and their sum, which is nearer to each than another is
    const star = ops.cat([ops.eye(40), ops.ones([1, 40])])
    expect(largestHub(star)).toEqual({ share: 1, average: 10 / 40 })
    // on a ring each has its 5 neighbours to both sides: 10 of 99
    const ring = at(...Array.from({ length: 100 }, (_, i) => 3.6 * i + 0.001 * (i % 7)))
    expect(largestHub(ring).share).toBeGreaterThanOrEqual(10 / 99)
    expect(largestHub(ring).share).toBeLessThanOrEqual(11 / 99)
  })
})

test('nothing is left behind', () => {
  scope(() => {
    const rows = ops.randn([30, 5])
    const all = Array.from({ length: 30 }, (_, i) => i)
    expect(leak(() => void reciprocalRanks(rows, rows, { from: all, to: all }))).toBe(0)
    expect(leak(() => void largestHub(rows))).toBe(0)
  })
})
