import { expect, test } from 'vitest'
import type { Bank } from '../encode/bank.js'
import { ops, scope } from '../torch/index.js'
import { onlineScores } from './online.js'
import { blobs, leak } from './testing/banks.js'

const bank = (noise: number, seed: number): Bank => blobs({ classes: 5, dims: 20, count: 40, noise, seed })
const CHANCE = 0.2

test('classes that lie apart are read off, and noise is not', () => {
  scope(() => {
    const clear = onlineScores(bank(0.3, 1), bank(0.3, 2))
    expect(clear.knn).toBeGreaterThan(0.95)
    expect(clear.linear).toBeGreaterThan(0.95)
    const none = onlineScores(bank(1000, 1), bank(1000, 2))
    expect(Math.abs(none.knn - CHANCE)).toBeLessThan(0.12)
    expect(Math.abs(none.linear - CHANCE)).toBeLessThan(0.12)
  })
})

test('features that are all alike give chance, and features that are no numbers none', () => {
  scope(() => {
    const alike = (seed: number): Bank => ({ ...bank(1, seed), features: ops.ones([200, 20]) })
    const { knn, linear } = onlineScores(alike(1), alike(2))
    expect(linear).toBe(CHANCE)
    // which of equals are nearest is no matter of chance, but of order
    expect(Math.abs(knn - CHANCE)).toBeLessThan(0.1)
    const broken = { ...bank(1, 1), features: ops.full([200, 20], Number.NaN, { dtype: 'float32' }) }
    expect(onlineScores(broken, bank(1, 2))).toEqual({ knn: Number.NaN, linear: Number.NaN })
  })
})

test('fewer pictures than neighbours, and no tensor left behind', () => {
  expect(leak(() => scope(() => onlineScores(bank(1, 1), bank(1, 2))))).toBe(0)
  scope(() => {
    const few = blobs({ classes: 2, dims: 4, count: 3, noise: 0.1, seed: 1 })
    const { knn, linear } = onlineScores(few, blobs({ classes: 2, dims: 4, count: 50, noise: 0.1, seed: 2 }))
    expect(knn).toBeGreaterThan(0.9)
    expect(linear).toBeGreaterThan(0.9)
  })
})
