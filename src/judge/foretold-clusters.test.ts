import { expect, test } from 'vitest'
import { ops, scope } from '../torch/index.js'
import { foretoldClusters } from './index.js'
import { blobs, leak } from './testing/banks.js'

test('clear groups are found again in other pictures, noise is not', () => {
  scope(() => {
    const half = (seed: number) => blobs({ classes: 10, dims: 16, count: 12, noise: 0.05, seed }).features
    const clear = foretoldClusters(half(1), half(2))
    const noise = foretoldClusters(ops.randn([120, 16]), ops.randn([120, 16]))
    expect(clear).toBeGreaterThan(0.8)
    expect(noise).toBeLessThan(0.25)
    expect(leak(() => void foretoldClusters(half(1), half(2)))).toBe(2)
  })
})

test('too few pictures have no clusters', () => {
  scope(() => {
    expect(() => foretoldClusters(ops.randn([49, 4]), ops.randn([80, 4]))).toThrow(
      'expected at least 50 pictures in each half, got 49',
    )
  })
})
