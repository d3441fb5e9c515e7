import { afterAll, expect, test } from 'vitest'
import { hasOperator, OperatorError, observeCalls, operator, ops, scope, tensor } from './index.js'

const x = tensor([
  [1, 5, 3],
  [4, 2, 6],
])
afterAll(() => x.dispose())

test('sum: all, one dimension, several, with options by name', () => {
  scope(() => {
    expect(x.sum().item()).toBe(21)
    expect(x.sum(0).toArray()).toEqual([5, 7, 9])
    expect(x.sum(-1).toArray()).toEqual([9, 12])
    expect(x.sum([0, 1], true).shape).toEqual([1, 1])
    expect(x.sum(1, { keepdim: true }).shape).toEqual([2, 1])
    expect(x.sum({ dtype: 'int64' }).dtype).toBe('int64')
    expect(x.sum(0, false, { dtype: 'float64' }).dtype).toBe('float64')
  })
})

test('add: a number, a tensor, and alpha by name', () => {
  scope(() => {
    expect(x.add(1).sum().item()).toBe(27)
    expect(x.add(x).sum().item()).toBe(42)
    expect(x.add(x, { alpha: -0.5 }).sum().item()).toBe(10.5)
    expect(tensor([1, 2], undefined, 'int64').mul(2).dtype).toBe('int64')
    expect(tensor([1, 2], undefined, 'int64').mul(2.5).dtype).toBe('float32')
    expect(
      tensor([1], undefined, 'int64')
        .add(2n ** 40n)
        .item(),
    ).toBe(2 ** 40 + 1)
  })
})

test('several results come as a tuple, and a tensor chooses another form than a number', () => {
  scope(() => {
    const [values, indices] = x.max(1)
    expect([values.toArray(), indices.toArray()]).toEqual([
      [5, 6],
      [1, 2],
    ])
    expect(indices.dtype).toBe('int64')
    expect(x.max().item()).toBe(6)
    expect(x.maximum(tensor([3])).toArray()).toEqual([3, 5, 3, 4, 3, 6])
    expect(x.unbind(1).map((column) => column.toArray())).toEqual([
      [1, 4],
      [5, 2],
      [3, 6],
    ])
  })
})

test('conv2d: a number stands for a pair, options by name, padding by word', () => {
  scope(() => {
    const picture = ops.ones([1, 1, 5, 5])
    const kernel = ops.ones([1, 1, 3, 3])
    expect(ops.conv2d(picture, kernel).toArray()).toEqual(Array(9).fill(9))
    const strided = ops.conv2d(picture, kernel, { stride: 2, padding: [1, 1] })
    expect(strided.toArray()).toEqual([4, 6, 4, 6, 9, 6, 4, 6, 4])
    expect(ops.conv2d(picture, kernel, null, 2, 1).toArray()).toEqual(strided.toArray())
    expect(ops.conv2d(picture, kernel, { bias: tensor([10]), padding: 'same' }).shape).toEqual([1, 1, 5, 5])
  })
})

test('operators in place give back the very same object', () => {
  scope(() => {
    const y = tensor([1, 2])
    expect(y.add_(1)).toBe(y)
    expect(ops.clamp_(y, 0, 2.5)).toBe(y)
    expect(y.toArray()).toEqual([2, 2.5])
    expect(ops._foreach_mul_([y], 2)).toBeUndefined()
    expect(y.toArray()).toEqual([4, 5])
  })
})

test('null stands for an absent tensor, -0 keeps its sign, infinities pass', () => {
  scope(() => {
    expect(ops.linear(tensor([[1, 2]]), tensor([[3, 4]]), null).toArray()).toEqual([11])
    expect(Object.is(ops.full([1], -0).item(), -0)).toBe(true)
    expect(tensor([1]).mul(Infinity).item()).toBe(Infinity)
    expect(tensor([1]).mul(NaN).item()).toBeNaN()
  })
})

test('an operator that refuses is named with the dtype and shape of every tensor', () => {
  scope(() => {
    const call = () => ops.matmul(x, tensor([1, 2], undefined, 'float64'))
    expect(call).toThrow(OperatorError)
    expect(call).toThrow(/^aten::matmul\(self: float32\[2, 3\], other: float64\[2\]\): \S/)
    // the list of tensors, too, and no backtrace
    expect(() => ops.cat([x, tensor([[1]])])).toThrow(
      /^aten::cat\(tensors: \[float32\[2, 3\], float32\[1, 1\]\], dim: 0\)|^aten::cat\(tensors: \[float32\[2, 3\], float32\[1, 1\]\]\)/,
    )
    expect(() => ops.cat([x, tensor([[1]])])).toThrow(/^[^\n]+$/)
  })
})

test('arguments that fit no form are refused with the forms there are', () => {
  const add = operator('add')
  expect(() => add(x)).toThrow(
    /aten::add has no form that takes \(float32\[2, 3\]\); it takes .*Tensor self, Tensor other/,
  )
  expect(() => add(x, 'two')).toThrow(OperatorError)
  expect(() => add(x, 1, { alhpa: 2 })).toThrow(/alhpa: 2/)
  expect(() => operator('sum')(x, 0.5)).toThrow(OperatorError)
  expect(() => operator('softmax')(x, 1, { dtype: 'float' })).toThrow(/expected a dtype \(uint8, /)
  expect(() => operator('add')(x, 1, 2, 3)).toThrow(OperatorError)
})

test('an operator that does not exist is named, with the version that lacks it', () => {
  expect(hasOperator('aten::conv2d')).toBe(true)
  expect(hasOperator('aten::conv2dd')).toBe(false)
  expect(() => operator('conv2dd')(x)).toThrow(
    /^operator aten::conv2dd is not in this libtorch \(\d+\.\d+.*\)/,
  )
})

test('an observer is told each call with its arguments and what it gave, also in place, and only while it listens', () => {
  scope(() => {
    const seen: unknown[][] = []
    const y = observeCalls(
      (name, args, result, { parameters }) => seen.push([name, args, result, parameters[0]?.name]),
      () => {
        const made = x.add(1)
        expect(() => made.matmul(made)).toThrow(OperatorError)
        return made.mul_(2)
      },
    )
    x.sum()
    expect(seen).toHaveLength(2)
    expect(seen[0]?.slice(0, 2)).toEqual(['aten::add', [x, 1, undefined]])
    // the same object: it is the argument that was written to
    expect([seen[0]?.[2], seen[1]?.[1]]).toEqual([y, [y, 2]])
    expect(seen[1]?.[2]).toBe(y)
    expect(seen[1]?.[3]).toBe('self')
  })
})
