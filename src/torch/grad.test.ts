import { expect, test } from 'vitest'
import {
  autocast,
  castOnce,
  grad,
  manualSeed,
  memory,
  noGrad,
  ops,
  scope,
  type Tensor,
  tensor,
} from './index.js'

const leaf = (values: number[]) => tensor(values, undefined, 'float64').setRequiresGrad()

test('gradients derived by hand; null for what the loss does not reach', () => {
  const before = memory().tensors
  scope(() => {
    const x = leaf([1, -2, 3])
    const y = leaf([4, 5, 6])
    const unused = leaf([1])
    // d/dx (x² y) = 2xy, d/dy = x²
    const [gx, gy, none] = grad(x.square().mul(y).sum(), [x, y, unused])
    expect(gx?.toArray()).toEqual([8, -20, 36])
    expect(gy?.toArray()).toEqual([1, 4, 9])
    expect(none).toBeNull()
    expect(gx?.dtype).toBe('float64')
    expect(gx?.requiresGrad).toBe(false)
  })
  expect(memory().tensors).toBe(before)
})

test('a second derivative with createGraph', () => {
  scope(() => {
    const x = leaf([2, -1])
    // (x³)' = 3x², (3x²)' = 6x
    const [first] = grad(x.pow(3).sum(), [x], { createGraph: true }) as [Tensor]
    expect(first.toArray()).toEqual([12, 3])
    const [second] = grad(first.sum(), [x]) as [Tensor]
    expect(second.toArray()).toEqual([12, -6])
  })
})

test('a given gradient, and a graph kept for a second time', () => {
  scope(() => {
    const x = leaf([1, 2])
    const y = x.mul(3)
    const gradient = tensor([10, 100], undefined, 'float64')
    expect(grad(y, [x], { gradient, retainGraph: true })[0]?.toArray()).toEqual([30, 300])
    expect(grad(y, [x], { gradient })[0]?.toArray()).toEqual([30, 300])
    const z = x.exp().sum()
    grad(z, [x])
    expect(() => grad(z, [x])).toThrow(/second time/)
  })
})

test('without a graph, or of several numbers, there is no gradient', () => {
  scope(() => {
    const x = leaf([1, 2])
    expect(() =>
      grad(
        noGrad(() => x.sum()),
        [x],
      ),
    ).toThrow(/does not require grad/)
    expect(() => grad(x.mul(2), [x])).toThrow(/scalar/)
  })
})

test('noGrad ends after an exception, and nests', () => {
  scope(() => {
    const x = leaf([1])
    expect(() =>
      noGrad(() => {
        noGrad(() => x.mul(2))
        expect(x.mul(2).requiresGrad).toBe(false)
        throw new Error('inside')
      }),
    ).toThrow('inside')
    expect(x.mul(2).requiresGrad).toBe(true)
  })
})

test('autocast computes products in bfloat16 and is undone after an exception', () => {
  scope(() => {
    const a = tensor([[1, 2]])
    const product = () => a.matmul(a.t())
    expect(autocast('bfloat16', product).dtype).toBe('bfloat16')
    expect(autocast('float32', product).dtype).toBe('float32')
    // the inner end does not end the outer one
    expect(
      autocast('bfloat16', () => {
        autocast('bfloat16', product)
        return product()
      }).dtype,
    ).toBe('bfloat16')
    expect(() =>
      autocast('bfloat16', () => {
        throw new Error('inside')
      }),
    ).toThrow('inside')
    expect(product().dtype).toBe('float32')
  })
})

test('autocast passes gradients to float32 weights in float32', () => {
  scope(() => {
    const weight = tensor([[2, 0.5]]).setRequiresGrad()
    const loss = autocast('bfloat16', () => ops.linear(tensor([[3, 4]]), weight))
      .to('float32')
      .sum()
    const [gradient] = grad(loss, [weight]) as [Tensor]
    expect([gradient.dtype, gradient.toArray()]).toEqual(['float32', [3, 4]])
  })
})

test('a seed repeats the numbers, another gives others', () => {
  scope(() => {
    const draw = (seed: number) => {
      manualSeed(seed)
      return [...ops.rand([4]).toArray(), ...ops.empty([4]).normal_(0, 1).toArray()]
    }
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
  })
})

test('castOnce shares casts between one gradient and the next, changes no value, and casts nothing itself', () => {
  manualSeed(3)
  scope(() => {
    const weight = ops.randn([8, 16]).setRequiresGrad()
    const views = [ops.randn([4, 16]), ops.randn([4, 16])]
    const slopes = () =>
      views.map((x) =>
        scope(() => {
          const y = autocast('bfloat16', () => ops.linear(x, weight))
          return (grad(y.to('float32').square().sum(), [weight])[0] as Tensor).toArray()
        }),
      )
    const apart = slopes()
    const before = memory().bytes
    const { together, kept } = castOnce('bfloat16', () => {
      const together = slopes()
      expect(scope(() => ops.linear(views[0] as Tensor, weight).dtype)).toBe('float32')
      return { together, kept: memory().bytes - before }
    })
    expect(together).toEqual(apart)
    // the weight in bfloat16, until the end
    expect(kept).toBeGreaterThanOrEqual(8 * 16 * 2)
    expect(memory().bytes).toBe(before)
    expect(() =>
      castOnce('bfloat16', () => {
        throw new Error('stop')
      }),
    ).toThrow('stop')
    expect(ops.linear(views[0] as Tensor, weight).dtype).toBe('float32')
  })
})
