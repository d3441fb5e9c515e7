import { expect, test } from 'vitest'
import {
  type DType,
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
import { gridAverage } from './kernels.js'
import { largest } from './testing/largest.js'

const plain = (x: Tensor, side: number) => ops.adaptive_avg_pool2d(x, [side, side]).flatten(1)

/** The means and the gradient of what they were made from, as float32. */
function bothOf(
  average: typeof gridAverage,
  shape: number[],
  side: number,
  layout: MemoryFormat,
  dtype: DType,
) {
  manualSeed(3)
  const x = ops.randn(shape).to(dtype).contiguous({ memory_format: layout }).detach().setRequiresGrad()
  const y = average(x, side)
  const [gradient] = grad(y, [x], { gradient: ops.randn([...y.shape]).to(dtype) }) as [Tensor]
  return [y, gradient].map((one) => one.detach().to('float32'))
}

test.each([
  { shape: [3, 5, 7, 7], side: 2, layout: 'channels_last', dtype: 'float32' },
  { shape: [3, 40, 5, 5], side: 2, layout: 'channels_last', dtype: 'float32' },
  { shape: [2, 17, 6, 9], side: 3, layout: 'channels_last', dtype: 'float32' },
  { shape: [2, 8, 4, 4], side: 1, layout: 'contiguous', dtype: 'float32' },
  // cells share places where there are more cells than places
  { shape: [2, 8, 1, 1], side: 2, layout: 'contiguous', dtype: 'float32' },
  { shape: [300, 64, 7, 7], side: 2, layout: 'channels_last', dtype: 'bfloat16' },
] as const)(
  'means and gradients are those of adaptive_avg_pool2d: $shape, $side, $layout, $dtype',
  ({ shape, side, layout, dtype }) => {
    const before = memory().tensors
    scope(() => {
      const found = bothOf(gridAverage, [...shape], side, layout, dtype)
      const expected = bothOf(plain, [...shape], side, layout, dtype)
      found.forEach((one, i) => {
        expect(one.shape).toEqual(expected[i]?.shape)
        expect(largest(one, expected[i] as Tensor)).toBeLessThan(dtype === 'bfloat16' ? 0.02 : 1e-6)
      })
    })
    expect(memory().tensors).toBe(before)
  },
)

test('the number of threads changes nothing', () => {
  const used = threads()
  const run = () =>
    scope(() =>
      bothOf(gridAverage, [64, 64, 7, 7], 2, 'channels_last', 'float32').map((one) => one.toArray()),
    )
  const several = run()
  setThreads(1)
  const one = run()
  setThreads(used)
  expect(one).toEqual(several)
})

test('what it cannot average is refused', () => {
  scope(() => {
    expect(() => gridAverage(ops.zeros([2, 3]), 2)).toThrow('[N, C, H, W]')
    expect(() => gridAverage(ops.zeros([2, 3, 4, 4]).to('int32'), 2)).toThrow('float32 or bfloat16')
    expect(() => gridAverage(ops.zeros([2, 3, 4, 4]), 0)).toThrow('above 0')
  })
})
