import { expect, test } from 'vitest'
import {
  autocast,
  grad,
  type MemoryFormat,
  manualSeed,
  memory,
  ops,
  scope,
  setThreads,
  type Tensor,
  threads,
} from './index.js'
import { firstConv2d } from './kernels.js'
import { largest } from './testing/largest.js'

interface Case {
  /** Of `x` and of the weights. */
  shapes: readonly [number[], number[]]
  stride: readonly [number, number]
  padding: readonly [number, number]
  layout?: MemoryFormat
}

const CASES: readonly Case[] = [
  {
    shapes: [
      [5, 1, 28, 28],
      [32, 1, 4, 4],
    ],
    stride: [2, 2],
    padding: [1, 1],
  },
  {
    shapes: [
      [3, 3, 32, 32],
      [64, 3, 3, 3],
    ],
    stride: [1, 1],
    padding: [1, 1],
    layout: 'channels_last',
  },
  {
    shapes: [
      [2, 3, 37, 29],
      [64, 3, 7, 7],
    ],
    stride: [2, 2],
    padding: [3, 3],
  },
  // outputs that fill no vector, strides that pass over pixels, a padding beyond the kernel
  {
    shapes: [
      [2, 2, 9, 11],
      [5, 2, 1, 3],
    ],
    stride: [3, 2],
    padding: [0, 4],
  },
  {
    shapes: [
      [130, 4, 8, 8],
      [44, 4, 3, 2],
    ],
    stride: [1, 2],
    padding: [2, 0],
  },
]

function bothOf(convolve: typeof firstConv2d, { shapes, layout = 'contiguous', ...options }: Case) {
  manualSeed(5)
  const x = ops.randn(shapes[0]).contiguous({ memory_format: layout })
  const weight = ops
    .randn(shapes[1])
    .contiguous({ memory_format: 'channels_last' })
    .detach()
    .setRequiresGrad()
  const y = convolve(x, weight, options)
  const [gradient] = grad(y, [weight], { gradient: ops.randn([...y.shape]) }) as [Tensor]
  return [y.detach(), gradient] as const
}

test.each(CASES)('values and the gradient of the weights are those of conv2d: $shapes', (given) => {
  const before = memory().tensors
  scope(() => {
    const [y, gradient] = bothOf(firstConv2d, given)
    const [expected, expectedGradient] = bothOf((x, w, options) => ops.conv2d(x, w, options), given)
    expect(largest(y, expected)).toBe(0)
    expect(gradient.shape).toEqual(expectedGradient.shape)
    const size = expectedGradient.abs().max().item()
    expect(largest(gradient, expectedGradient)).toBeLessThan(2e-6 * size)
  })
  expect(memory().tensors).toBe(before)
})

test('the number of threads changes nothing', () => {
  const used = threads()
  const run = () => scope(() => bothOf(firstConv2d, CASES[4] as Case)[1].toArray())
  const several = run()
  setThreads(1)
  const one = run()
  setThreads(used)
  expect(one).toEqual(several)
})

test('where the pictures need a gradient, or all is cast, it is conv2d', () => {
  scope(() => {
    manualSeed(6)
    const x = ops.randn([2, 3, 8, 8]).setRequiresGrad()
    const weight = ops.randn([8, 3, 3, 3]).setRequiresGrad()
    const options = { stride: [1, 1], padding: [1, 1] } as const
    const [own] = grad(firstConv2d(x, weight, options).square().sum(), [x]) as [Tensor]
    const [expected] = grad(ops.conv2d(x, weight, options).square().sum(), [x]) as [Tensor]
    expect(largest(own, expected)).toBeLessThan(1e-4)
    expect(expected.abs().max().item()).toBeGreaterThan(1)
    const cast = autocast('bfloat16', () => firstConv2d(x.detach(), weight, options))
    expect(cast.dtype).toBe('bfloat16')
    const [gradient] = grad(cast.to('float32').sum(), [weight]) as [Tensor]
    expect(gradient.dtype).toBe('float32')
  })
})

test('shapes that do not fit are refused', () => {
  scope(() => {
    const options = { stride: [1, 1], padding: [0, 0] } as const
    expect(() => firstConv2d(ops.zeros([1, 3, 4, 4]), ops.zeros([8, 1, 3, 3]), options)).toThrow('channels')
  })
})
