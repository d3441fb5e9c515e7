import { describe, expect, it } from 'vitest'
import {
  autocast,
  type DType,
  grad,
  manualSeed,
  memory,
  ops,
  scope,
  setThreads,
  type Tensor,
  tensor,
  threads,
} from './index.js'
import { type BatchNormAct, batchNormAct, batchNormActPlain } from './kernels.js'
import { largest } from './testing/largest.js'

type Layout = 'contiguous' | 'channels_last'

interface Case {
  shape: number[]
  layout?: Layout
  dtype?: DType
  relu: boolean
  residual: boolean
  training?: boolean
}

/** Everything that a batch norm takes and gives: y, the gradients of x, residual, weight and bias, the running statistics. */
function everything(
  norm: typeof batchNormAct,
  { shape, layout, dtype = 'float32', relu, residual, training = true }: Case,
) {
  return scope(() => {
    manualSeed(3)
    const channels = shape[1] as number
    const wide = [channels, ...shape.slice(2).map(() => 1)]
    const made = (scale: number, shift: Tensor) => {
      const plain = ops.randn(shape).mul(scale).add(shift.view(wide)).to(dtype)
      return (layout ? plain.contiguous({ memory_format: layout }) : plain).detach().setRequiresGrad()
    }
    const x = made(1.7, ops.randn([channels]).mul(5))
    const added = residual ? made(1, ops.zeros([channels])) : undefined
    const weight = ops.rand([channels]).add(0.5).setRequiresGrad()
    const bias = ops.randn([channels]).setRequiresGrad()
    const runningMean = ops.randn([channels])
    const runningVar = ops.rand([channels]).add(0.5)
    const options: BatchNormAct = {
      weight,
      bias,
      runningMean,
      runningVar,
      training,
      momentum: 0.1,
      eps: 1e-5,
      relu,
    }
    const y = norm(x, { ...options, residual: added })
    const upstream = ops.randn(shape).to(dtype)
    const gradients = grad(y, [x, weight, bias, ...(added ? [added] : [])], { gradient: upstream })
    return { y, gradients: gradients as Tensor[], runningMean, runningVar }
  })
}

/** The largest difference in parts of the largest value. */
const relative = (a: Tensor, b: Tensor) =>
  scope(() => largest(a.to('float64'), b.to('float64')) / b.to('float64').abs().max().item())

function flat(result: ReturnType<typeof everything>): Tensor[] {
  return [result.y, ...result.gradients, result.runningMean, result.runningVar]
}

describe('batchNormAct', () => {
  const shapes: { shape: number[]; layout?: Layout }[] = [
    { shape: [16, 37] },
    { shape: [300, 700] },
    { shape: [5, 1] },
    { shape: [6, 5, 7] },
    ...(['contiguous', 'channels_last'] as const).flatMap((layout) => [
      { shape: [8, 24, 9, 11], layout },
      { shape: [33, 3, 1, 1], layout },
      { shape: [40, 70, 2, 2], layout },
      { shape: [3, 1, 5, 5], layout },
      { shape: [1, 5, 40, 40], layout },
      { shape: [257, 300, 3, 1], layout },
    ]),
  ]
  for (const { shape, layout } of shapes) {
    for (const relu of [false, true]) {
      for (const residual of [false, true]) {
        for (const training of [true, false]) {
          const parts = [layout, relu && 'relu', residual && 'residual', training ? 'training' : 'evaluation']
          it(`is libtorch's in float32: [${shape}] ${parts.filter(Boolean).join(', ')}`, () => {
            scope(() => {
              const one = { shape, relu, residual, training, ...(layout && { layout }) }
              const [mine, its] = [
                flat(everything(batchNormAct, one)),
                flat(everything(batchNormActPlain, one)),
              ]
              expect(mine.length).toBe(its.length)
              for (let i = 0; i < mine.length; i++) {
                expect(relative(mine[i] as Tensor, its[i] as Tensor)).toBeLessThan(1e-5)
              }
            })
          })
        }
      }
    }
  }

  for (const layout of ['contiguous', 'channels_last'] as const) {
    for (const residual of [false, true]) {
      it(`rounds bfloat16 once: ${layout}${residual ? ', residual' : ''}`, () => {
        scope(() => {
          const one = { shape: [16, 40, 6, 7], layout, relu: true, residual, dtype: 'bfloat16' as const }
          const mine = everything(batchNormAct, one)
          // the same numbers through the plain form in double precision
          const exact = everything((x, options) => {
            const wide = (t: Tensor | undefined) => t?.to('float64')
            const y = batchNormActPlain(x.to('float64'), {
              ...options,
              residual: wide(options.residual),
              weight: wide(options.weight),
              bias: wide(options.bias),
              runningMean: undefined,
              runningVar: undefined,
            })
            return y.to('bfloat16')
          }, one)
          expect(mine.y.dtype).toBe('bfloat16')
          expect(mine.gradients.map((g) => g.dtype).slice(0, 3)).toEqual(['bfloat16', 'float32', 'float32'])
          // elements on a rounding boundary may differ by one unit of 2^-8
          expect(ops.ne(mine.y, exact.y).sum().item()).toBeLessThan(20)
          expect(
            ops
              .ne(mine.gradients[0] as Tensor, exact.gradients[0] as Tensor)
              .sum()
              .item(),
          ).toBeLessThan(200)
          const [, weight, bias] = mine.gradients as [Tensor, Tensor, Tensor]
          expect(relative(weight, exact.gradients[1] as Tensor)).toBeLessThan(1e-5)
          expect(relative(bias, exact.gradients[2] as Tensor)).toBeLessThan(1e-5)
          expect(relative(mine.y, exact.y)).toBeLessThan(2 ** -8)
        })
      })
    }
  }

  it('keeps its digits where the mean is far from zero', () => {
    scope(() => {
      for (const [shape, first, error] of [
        [[4096, 8], 3001, 1e-5],
        [[64, 8, 8, 8], 3001, 1e-5],
        [[4096, 8], 1e4, 2e-4],
      ] as const) {
        manualSeed(1)
        const x = ops.randn(shape).add(3000)
        // sums are of distances from a block's first element: even an outlier there must not spoil its channel
        x.view([-1]).narrow(0, 0, 1).fill_(first)
        const base = { training: true, momentum: 1, eps: 0, relu: false }
        const [runningMean, runningVar] = [ops.zeros([8]), ops.ones([8])]
        const y = batchNormAct(x, { ...base, runningMean, runningVar })
        const wide = x.to('float64')
        const others = shape.map((_, i) => i).filter((i) => i !== 1)
        const view = [1, 8, ...shape.slice(2).map(() => 1)]
        const mean = wide.mean(others)
        const variance = wide.var(others, true, false)
        expect(relative(runningMean, mean)).toBeLessThan(1e-7)
        expect(relative(runningVar.to('float64').div(variance), ops.ones_like(variance))).toBeLessThan(error)
        const biased = wide.var(others, false, false)
        // the mean is kept as float32: half a unit at 3000, in deviations
        const distance = relative(y, wide.sub(mean.view(view)).div(biased.sqrt().view(view)))
        expect(distance).toBeLessThan(3000 * 2 ** -24)
      }
    })
  })

  it('gives zeros, not noise, for a constant channel', () => {
    scope(() => {
      const y = batchNormAct(ops.full([5, 2, 3, 3], 0.1), {
        training: true,
        momentum: 0.1,
        eps: 1e-5,
        relu: false,
      })
      expect(y.abs().max().item()).toBe(0)
    })
  })

  it('hands on what is not a number', () => {
    scope(() => {
      const y = batchNormAct(tensor([[1], [Number.NaN], [2]]), {
        training: true,
        momentum: 0.1,
        eps: 1e-5,
        relu: true,
      })
      expect(y.toArray().every(Number.isNaN)).toBe(true)
    })
  })

  it('takes gradients and residuals of any layout', () => {
    scope(() => {
      const x = ops.randn([4, 6, 5, 5]).contiguous({ memory_format: 'channels_last' }).setRequiresGrad()
      const residual = ops.randn([6, 4, 5, 5]).transpose(0, 1)
      const run = (norm: typeof batchNormAct) => {
        const y = norm(x, { residual, training: true, momentum: 0.1, eps: 1e-5, relu: true })
        return grad(
          y
            .mul(y)
            .sum([0, 2, 3])
            .mul(tensor([1, 2, 3, 4, 5, 6]))
            .sum(),
          [x],
        )[0] as Tensor
      }
      expect(relative(run(batchNormAct), run(batchNormActPlain))).toBeLessThan(1e-5)
      const sum = batchNormAct(x, { training: true, momentum: 0.1, eps: 1e-5, relu: true }).sum()
      expect((grad(sum, [x])[0] as Tensor).shape).toEqual([4, 6, 5, 5])
    })
  })

  it('leaves bfloat16 and the parameters as they are under autocast', () => {
    scope(() => {
      const x = ops.randn([4, 6, 5, 5]).to('bfloat16')
      const [runningMean, runningVar, weight] = [ops.zeros([6]), ops.ones([6]), ops.ones([6])]
      const options = {
        runningMean,
        runningVar,
        weight,
        training: true,
        momentum: 0.1,
        eps: 1e-5,
        relu: true,
      }
      const y = autocast('bfloat16', () => batchNormAct(x, options))
      expect(y.dtype).toBe('bfloat16')
      expect(runningMean.dtype).toBe('float32')
      expect(runningMean.abs().max().item()).toBeGreaterThan(0)
    })
  })

  it('does not depend on the number of threads, to the last bit', () => {
    const before = threads()
    for (const layout of ['contiguous', 'channels_last'] as const) {
      const run = (count: number) => {
        setThreads(count)
        return scope(() =>
          flat(everything(batchNormAct, { shape: [64, 48, 13, 13], layout, relu: true, residual: true })).map(
            (t) => Buffer.from(t.bytes()).toString('base64'),
          ),
        )
      }
      const [one, two, three] = [run(1), run(2), run(3)]
      expect(two).toEqual(one)
      expect(three).toEqual(one)
    }
    setThreads(before)
  })

  it('refuses in one sentence what it cannot do', () => {
    scope(() => {
      const base = { training: true, momentum: 0.1, eps: 1e-5, relu: false }
      const x = ops.randn([4, 3])
      expect(() => batchNormAct(ops.randn([1, 3]), base)).toThrow(/more than one value a channel/)
      expect(() => batchNormAct(x.to('float64'), base)).toThrow(/expected `x` as float32 or bfloat16/)
      expect(() => batchNormAct(x, { ...base, weight: ops.ones([4]) })).toThrow(
        /expected `weight` as contiguous float32\[3\]/,
      )
      expect(() => batchNormAct(x, { ...base, residual: ops.ones([4, 1]) })).toThrow(
        /expected `residual` like `x`/,
      )
      expect(() => batchNormAct(x, { ...base, training: false })).toThrow(/outside of training/)
      const leaf = ops.randn([4, 3]).setRequiresGrad()
      expect(() => grad(batchNormAct(leaf, base).pow(2).sum(), [leaf], { createGraph: true })).toThrow(
        /no second derivative/,
      )
    })
  })

  it('frees what it makes, graph included', () => {
    const one = { shape: [8, 16, 32, 32], relu: true, residual: true }
    scope(() => void everything(batchNormAct, one))
    const before = memory()
    for (let i = 0; i < 5; i++) scope(() => void everything(batchNormAct, one))
    expect(memory().tensors).toBe(before.tensors)
    expect(memory().bytes).toBe(before.bytes)
  })
})
