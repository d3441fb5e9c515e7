import { expect, test } from 'vitest'
import { autocast, grad, manualSeed, memory, ops, scope, setThreads, type Tensor, threads } from './index.js'
import { conv3x3 } from './kernels.js'
import { largest } from './testing/largest.js'

interface Case {
  samples: number
  inputs: number
  outputs: number
  height: number
  width: number
}

const plain = (x: Tensor, weight: Tensor) => ops.conv2d(x, weight, { stride: 1, padding: 1 })

/** The result and both gradients. */
function allOf(
  convolve: typeof conv3x3,
  { samples, inputs, outputs, height, width }: Case,
  dtype: 'float32' | 'float64' = 'float32',
) {
  manualSeed(11)
  const made = (shape: number[]) =>
    ops.randn(shape).to(dtype).contiguous({ memory_format: 'channels_last' }).detach().setRequiresGrad()
  const x = made([samples, inputs, height, width])
  const weight = made([outputs, inputs, 3, 3])
  const y = convolve(x, weight)
  const gradient = ops.randn([...y.shape]).to(dtype)
  return [y.detach(), ...grad(y, [x, weight], { gradient })] as Tensor[]
}

const CASES: readonly Case[] = [
  { samples: 3, inputs: 64, outputs: 64, height: 32, width: 32 },
  // maps that tiles do not fill, more tiles than are worked on at once, sides that differ
  { samples: 7, inputs: 64, outputs: 128, height: 14, width: 29 },
  { samples: 40, inputs: 128, outputs: 32, height: 7, width: 7 },
  { samples: 33, inputs: 32, outputs: 32, height: 1, width: 2 },
  { samples: 32, inputs: 512, outputs: 256, height: 4, width: 4 },
]

test.each(CASES)(
  'result and gradients are those of conv2d in double precision: $inputs to $outputs, $height × $width',
  (given) => {
    const before = memory().tensors
    scope(() => {
      const found = allOf(conv3x3, given)
      const exact = allOf(plain, given, 'float64')
      found.forEach((one, i) => {
        const expected = exact[i] as Tensor
        expect(one.shape).toEqual(expected.shape)
        const size = expected.abs().max().item()
        expect(largest(one.to('float64'), expected)).toBeLessThan(1e-5 * size)
      })
      // not conv2d by another name: that rounds otherwise
      expect(largest(found[0] as Tensor, allOf(plain, given)[0] as Tensor)).toBeGreaterThan(0)
    })
    expect(memory().tensors).toBe(before)
  },
)

test('the number of threads changes nothing', () => {
  const used = threads()
  const run = () => scope(() => allOf(conv3x3, CASES[1] as Case).map((one) => one.toArray()))
  const several = run()
  setThreads(1)
  const one = run()
  setThreads(used)
  expect(one).toEqual(several)
})

test.each([
  ['channels that fill no vectors', { samples: 40, inputs: 24, outputs: 20, height: 8, width: 8 }],
  ['few tiles', { samples: 1, inputs: 64, outputs: 64, height: 8, width: 8 }],
] as const)('it is conv2d for %s', (_, given) => {
  scope(() => {
    const expected = allOf(plain, given)
    allOf(conv3x3, given).forEach((one, i) => {
      expect(largest(one, expected[i] as Tensor)).toBe(0)
    })
  })
})

test('it is conv2d for other layouts and where all is cast, and refuses what does not fit', () => {
  scope(() => {
    const x = ops.randn([8, 64, 16, 16])
    const weight = ops.randn([64, 64, 3, 3])
    expect(largest(conv3x3(x, weight), plain(x, weight))).toBe(0)
    const inOrder = x.contiguous({ memory_format: 'channels_last' })
    expect(autocast('bfloat16', () => conv3x3(inOrder, weight)).dtype).toBe('bfloat16')
    expect(() => conv3x3(inOrder, ops.randn([64, 32, 3, 3]))).toThrow('channels')
  })
})

test('only the gradients that are asked for are computed, and a second derivative is refused', () => {
  scope(() => {
    const [, forX, forWeight] = allOf(conv3x3, CASES[0] as Case)
    manualSeed(11)
    const x = ops.randn([3, 64, 32, 32]).contiguous({ memory_format: 'channels_last' }).detach()
    const weight = ops.randn([64, 64, 3, 3]).contiguous({ memory_format: 'channels_last' }).detach()
    const gradient = ops.randn([3, 64, 32, 32])
    const one = grad(conv3x3(x.setRequiresGrad(), weight), [x], { gradient })[0] as Tensor
    expect(largest(one, forX as Tensor)).toBe(0)
    x.setRequiresGrad(false)
    const other = grad(conv3x3(x, weight.setRequiresGrad()), [weight], { gradient })[0] as Tensor
    expect(largest(other, forWeight as Tensor)).toBe(0)
    expect(() => grad(conv3x3(x, weight), [weight], { gradient, createGraph: true })).toThrow(
      'second derivative',
    )
  })
})
