import { expect, test } from 'vitest'
import { ops, scope, tensor } from '../torch/index.js'
import { alignment, effectiveRank, retrieval, uniformity } from './index.js'
import { leak } from './testing/banks.js'

test('the effective rank counts equal directions and is 1 for a collapse', () => {
  scope(() => {
    expect(effectiveRank(ops.eye(8))).toBeCloseTo(8, 3)
    expect(effectiveRank(ops.ones([50, 16]))).toBeCloseTo(1, 3)
    expect(effectiveRank(ops.ones([4, 16]))).toBeCloseTo(1, 3)
    // singular values 3 and 1: shares 3/4 and 1/4
    const entropy = -(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25))
    expect(
      effectiveRank(
        tensor([
          [3, 0],
          [0, 1],
          [0, 0],
        ]),
      ),
    ).toBeCloseTo(Math.exp(entropy), 4)
  })
})

test('alignment and uniformity of vectors at right angles are known', () => {
  scope(() => {
    const [a, b] = [
      tensor([
        [2, 0],
        [0, 3],
      ]),
      tensor([
        [5, 0],
        [1, 0],
      ]),
    ]
    // squared distances 0 and 2
    expect(alignment(a, b)).toBeCloseTo(1, 6)
    // the one pair is at squared distance 2: log exp(-4)
    expect(uniformity(a)).toBeCloseTo(-4, 5)
    expect(uniformity(ops.ones([5, 3]))).toBeCloseTo(0, 5)
    // a third point halfway: pairs at 2, 2 - √2, 2 - √2
    const near = Math.exp(-2 * (2 - Math.SQRT2))
    expect(
      uniformity(
        tensor([
          [1, 0],
          [0, 1],
          [1, 1],
        ]),
      ),
    ).toBeCloseTo(Math.log((Math.exp(-4) + 2 * near) / 3), 5)
  })
})

test('retrieval counts second views that find their own first view, and a collapse finds nothing', () => {
  scope(() => {
    const views = ops.eye(4)
    expect(retrieval(views, views.mul(3)).mean).toBe(1)
    // pictures 0 and 1 exchanged
    const swapped = views.index_select(0, tensor([1, 0, 2, 3], [4], 'int64'))
    const score = retrieval(views, swapped)
    expect(score.mean).toBe(0.5)
    expect(score.spread).toBeGreaterThan(0.15)
    expect(score.spread).toBeLessThan(0.35)
    expect(retrieval(ops.ones([10, 3]), ops.ones([10, 3])).mean).toBe(0)
    // more pictures than are compared at once
    const many = ops.randn([6000, 8])
    expect(retrieval(many, many.add(1e-4)).mean).toBeGreaterThan(0.99)
  })
})

test('all leave no tensor behind and refuse views of different pictures', () => {
  const views = tensor([
    [2, 0],
    [0, 3],
    [1, 1],
  ])
  expect(leak(() => effectiveRank(views) + alignment(views, views) + uniformity(views))).toBe(0)
  expect(leak(() => retrieval(views, views))).toBe(0)
  expect(() => alignment(views, tensor([[1, 2]]))).toThrow(
    'expected two views of the same pictures, got [3,2] and [1,2]',
  )
  expect(() => effectiveRank(tensor([1, 2]))).toThrow('float32[N, D]')
})
