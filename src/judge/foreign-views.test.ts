import { expect, test } from 'vitest'
import { ops, scope } from '../torch/index.js'
import { foreignView, halfView } from './index.js'
import { leak } from './testing/banks.js'

test('each picture is altered by its own number alone, grey, and within its range', () => {
  scope(() => {
    const x = ops.rand([3, 3, 16, 16])
    const [all, last] = [
      foreignView(x, [4, 5, 6], { view: 0 }),
      foreignView(x.narrow(0, 2, 1), [6], { view: 0 }),
    ]
    expect(all.shape).toEqual([3, 3, 16, 16])
    expect(all.narrow(0, 2, 1).sub(last).abs().max().item()).toBeLessThan(1e-6)
    expect(
      all
        .narrow(1, 0, 1)
        .sub(all.narrow(1, 2, 1))
        .abs()
        .max()
        .item(),
    ).toBe(0)
    expect(all.min().item()).toBeGreaterThanOrEqual(0)
    expect(all.max().item()).toBeLessThanOrEqual(1.0001)
    expect(foreignView(x, [4, 5, 6], { view: 1 }).sub(all).abs().max().item()).toBeGreaterThan(0.1)
    expect(foreignView(x, [4, 5, 6], { view: 0, seed: 1 }).sub(all).abs().max().item()).toBeGreaterThan(0.1)
  })
})

test('a quarter is covered by the mean of the rest', () => {
  scope(() => {
    const seen = foreignView(ops.rand([8, 1, 32, 32]), [0, 1, 2, 3, 4, 5, 6, 7], { view: 0 })
    for (const picture of seen.unbind()) {
      const values = picture.toArray()
      const mean = values.reduce((sum, one) => sum + one, 0) / values.length
      expect(values.filter((value) => Math.abs(value - mean) < 1e-4).length).toBeGreaterThanOrEqual(256)
    }
  })
})

test('halves are the left and the right one, as wide as the whole', () => {
  scope(() => {
    const left = ops.zeros([1, 1, 4, 3])
    const x = ops.cat([left, ops.ones([1, 1, 4, 3])], 3)
    expect(halfView(x, 0).sub(0).abs().max().item()).toBe(0)
    expect(halfView(x, 1).sub(1).abs().max().item()).toBeLessThan(1e-6)
    expect(halfView(ops.rand([2, 3, 5, 7]), 1).shape).toEqual([2, 3, 5, 7])
  })
})

test('pictures of two channels keep both, and nothing is left behind', () => {
  scope(() => {
    const x = ops.rand([2, 2, 8, 12])
    expect(foreignView(x, [0, 1], { view: 0 }).shape).toEqual([2, 2, 8, 12])
    expect(leak(() => void foreignView(x, [0, 1], { view: 0 }))).toBe(1)
  })
})
