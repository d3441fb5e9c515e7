import { expect, test } from 'vitest'
import { ops, scope, tensor } from '../torch/index.js'
import { neighbours, pixels } from './index.js'
import { leak } from './testing/banks.js'

test('pixels are scaled and flattened in order, and large pictures averaged', () => {
  scope(() => {
    const small = tensor(Uint8Array.of(0, 51, 102, 255), [1, 2, 1, 2])
    expect(pixels(small).shape).toEqual([1, 4])
    expect(
      pixels(small)
        .toArray()
        .map((x) => Math.round(x * 1000)),
    ).toEqual([0, 200, 400, 1000])
    const large = ops.zeros([2, 3, 64, 48], { dtype: 'uint8' })
    large.narrow(2, 0, 1).fill_(255)
    const reduced = pixels(large)
    expect(reduced.shape).toEqual([2, 3 * 32 * 32])
    expect(
      reduced
        .unflatten(1, [3, 32, 32])
        .select(2, 0)
        .toArray()
        .every((x) => x === 0.5),
    ).toBe(true)
    expect(reduced.mean().item()).toBeCloseTo(1 / 64, 6)
  })
  const picture = tensor(new Uint8Array(12), [1, 3, 2, 2])
  expect(leak(() => pixels(picture))).toBe(1)
  expect(() => pixels(tensor([[1]]))).toThrow('uint8[N, C, H, W]')
})

test('neighbours are the nearest other pictures, a duplicate first, itself never', () => {
  const features = tensor([
    [1, 0],
    [0, 1],
    [2, 0],
    [1, 1],
  ])
  const { indices, similarities } = neighbours(features, [0, 1], 2)
  expect(indices).toEqual([
    [2, 3],
    [3, expect.any(Number)],
  ])
  expect(similarities[0]?.[0]).toBeCloseTo(1, 6)
  expect(similarities[1]).toEqual([expect.closeTo(Math.SQRT1_2, 5), expect.closeTo(0, 6)])
  expect(leak(() => neighbours(features, [0, 1, 2, 3], 3))).toBe(0)
  expect(() => neighbours(features, [4], 1)).toThrow('expected queries from 0 to 3, got 4')
  expect(() => neighbours(features, [0], 4)).toThrow('expected k from 1 to 3, got 4')
})
