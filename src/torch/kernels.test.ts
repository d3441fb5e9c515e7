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
import {
  type BatchNormAct,
  batchNormAct,
  batchNormActPlain,
  type CropResize,
  cropResize,
  cropResizePlain,
  DRAW,
  type MakeViews,
  makeViews,
} from './kernels.js'

/** Numbers in [0, 1), the same in every run. */
function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state >>> 8) / 2 ** 24
  }
}

const largest = (a: Tensor, b: Tensor) => scope(() => ops.sub(a, b).abs().max().item())

interface Pictures {
  bytes: Tensor
  layout: Tensor
  boxes: Tensor
  flips: Tensor
}

/** Noise pictures of different sizes, each with a box on whole pixels. */
function pictures(sizes: [height: number, width: number][], channels: number, seed = 1): Pictures {
  const next = random(seed)
  const layout: number[] = []
  const boxes: number[] = []
  let total = 0
  for (const [height, width] of sizes) {
    layout.push(total, height, width)
    total += height * width * channels
    const tall = 1 + Math.floor(next() * height)
    const wide = 1 + Math.floor(next() * width)
    boxes.push(Math.floor(next() * (height - tall + 1)), Math.floor(next() * (width - wide + 1)), tall, wide)
  }
  const n = sizes.length
  return {
    bytes: tensor(Uint8Array.from({ length: total }, () => next() * 256)),
    layout: tensor(BigInt64Array.from(layout.map(BigInt)), [n, 3]),
    boxes: tensor(boxes, [n, 4]),
    flips: tensor(
      sizes.map((_, i) => i % 2 === 1),
      [n],
      'bool',
    ),
  }
}

const both = (p: Pictures, options: CropResize) =>
  largest(
    cropResize(p.bytes, p.layout, p.boxes, p.flips, options),
    cropResizePlain(p.bytes, p.layout, p.boxes, p.flips, options),
  )

describe('cropResize', () => {
  const sizes: [number, number][] = [
    [28, 28],
    [300, 240],
    [37, 53],
    [1, 1],
    [5, 400],
    [64, 64],
    [90, 7],
    [2, 3],
  ]
  for (const filter of ['bicubic', 'bilinear'] as const) {
    for (const [channels, size] of [
      [1, 32],
      [3, 28],
      [3, 33],
      [4, 7],
      [2, 1],
      [3, 224],
    ] as const) {
      it(`is libtorch's ${filter} with antialiasing, ${channels} channels to ${size}`, () => {
        const error = scope(() => both(pictures(sizes, channels, size), { channels, size, filter }))
        expect(error).toBeLessThan(1e-5)
      })
    }
  }

  for (const [maximum, channels] of [
    [65535, 3],
    [4095, 13],
    [256, 1],
  ] as const) {
    it(`reads 16-bit values, ${channels} channels up to ${maximum}`, () => {
      scope(() => {
        const p = pictures(sizes, channels)
        const next = random(maximum)
        const total = p.bytes.numel
        // a few above the maximum, which are cut
        const wide = Uint16Array.from({ length: total }, () => Math.min(65535, next() * maximum * 1.02))
        const q = { ...p, bytes: tensor(new Uint8Array(wide.buffer)) }
        expect(both(q, { channels, size: 17, maximum })).toBeLessThan(1e-5)
        // memory that begins at an odd byte
        const odd = ops.cat([tensor(Uint8Array.of(7)), q.bytes]).narrow(0, 1, 2 * total)
        expect(
          largest(
            ...([odd, q.bytes].map((bytes) =>
              cropResize(bytes, p.layout, p.boxes, p.flips, { channels, size: 5, maximum }),
            ) as [Tensor, Tensor]),
          ),
        ).toBe(0)
        // half as many values as bytes
        expect(() => cropResize(p.bytes, p.layout, p.boxes, p.flips, { channels, size: 5, maximum })).toThrow(
          /values given/,
        )
      })
    })
  }

  it('gives the picture back when nothing is to be done', () => {
    scope(() => {
      const data = Uint8Array.from({ length: 17 * 17 * 3 }, (_, i) => (i * 37) % 256)
      const out = cropResize(
        tensor(data),
        tensor(Int32Array.of(0, 17, 17), [1, 3]),
        tensor([[0, 0, 17, 17]]),
        tensor([false], [1], 'bool'),
        { channels: 3, size: 17 },
      )
      const back = out.mul(255).round().permute([0, 2, 3, 1]).contiguous().to('uint8').bytes()
      expect(Buffer.from(back).equals(Buffer.from(data))).toBe(true)
    })
  })

  it('samples a ramp where a fractional box says', () => {
    scope(() => {
      const data = Uint8Array.from({ length: 40 * 40 }, (_, i) => 2 * (i % 40) + 3 * Math.floor(i / 40))
      const [top, left, tall, wide] = [3.25, 5.5, 20.3, 17.7] as const
      const out = cropResize(
        tensor(data),
        tensor(Int32Array.of(0, 40, 40), [1, 3]),
        tensor([[top, left, tall, wide]]),
        tensor([false], [1], 'bool'),
        { channels: 1, size: 32 },
      ).toArray()
      // away from the box's border, where all pixels of the filter are there, a linear ramp is kept exactly
      for (let y = 6; y < 26; y++) {
        for (let x = 6; x < 26; x++) {
          const row = top + ((y + 0.5) * tall) / 32 - 0.5
          const column = left + ((x + 0.5) * wide) / 32 - 0.5
          expect(out[y * 32 + x]).toBeCloseTo((2 * column + 3 * row) / 255, 5)
        }
      }
    })
  })

  it('does not look at pixels outside of the box, and reads none beyond the picture', () => {
    scope(() => {
      const next = random(7)
      for (let trial = 0; trial < 200; trial++) {
        const inside = Math.floor(next() * 20)
        const data = new Uint8Array(30 * 30).fill(255)
        for (let y = inside; y < 30; y++) data.fill(100, y * 30 + inside, y * 30 + 30)
        const start = Math.fround(inside + next() * 0.999)
        const out = cropResize(
          tensor(data),
          tensor(Int32Array.of(0, 30, 30), [1, 3]),
          tensor([[start, start, 30 - start, 30 - start]]),
          tensor([false], [1], 'bool'),
          { channels: 1, size: 9 },
        )
        expect(largest(out, ops.full_like(out, 100 / 255))).toBeLessThan(1e-6)
      }
    })
  })

  it('does not depend on the number of threads', () => {
    const before = threads()
    scope(() => {
      const p = pictures(sizes, 3)
      const run = (count: number) => {
        setThreads(count)
        return cropResize(p.bytes, p.layout, p.boxes, p.flips, { channels: 3, size: 19 }).bytes()
      }
      expect(Buffer.from(run(1)).equals(Buffer.from(run(2)))).toBe(true)
    })
    setThreads(before)
  })

  it('refuses what would read outside of its memory, in one sentence', () => {
    scope(() => {
      const p = pictures([[8, 8]], 3)
      const options = { channels: 3, size: 4 }
      const run =
        (other: Partial<Pictures>, o: CropResize = options) =>
        () => {
          const q = { ...p, ...other }
          return cropResize(q.bytes, q.layout, q.boxes, q.flips, o)
        }
      const layout = (...numbers: number[]) => ({ layout: tensor(Int32Array.from(numbers), [1, 3]) })
      expect(run(layout(1, 8, 8))).toThrow(/ends beyond the 192 values given/)
      expect(run(layout(-1, 8, 8))).toThrow(/ends beyond/)
      expect(run(layout(0, 2 ** 23, 2 ** 23))).toThrow(/ends beyond/)
      expect(run(layout(0, 0, 8))).toThrow(/expected 1 to 16 million/)
      for (const box of [
        [0, 0, 8.01, 8],
        [-0.5, 0, 2, 2],
        [0, 0, 0, 2],
        [Number.NaN, 0, 1, 1],
        [8, 0, 1e-9, 1],
      ]) {
        expect(run({ boxes: tensor([box]) })).toThrow(/is not inside its picture of 8 x 8 pixels/)
      }
      expect(run({ bytes: p.bytes.to('float32') })).toThrow(/expected `bytes` as uint8/)
      expect(run({ flips: tensor([1, 0], [2], 'bool') })).toThrow(/expected `flips` as bool\[1\]/)
      expect(run({ boxes: p.boxes.view([4]) })).toThrow(/expected `boxes` as float32\[1, 4\]/)
      expect(run({}, { channels: 0, size: 4 })).toThrow(/expected 1 to 1024 channels/)
      expect(run({}, { ...options, maximum: 65536 })).toThrow(/expected a maximum of 1 to 65535/)
    })
  })

  it('frees what it makes', () => {
    const before = memory().tensors
    scope(() => both(pictures(sizes, 3), { channels: 3, size: 8 }))
    expect(memory().tensors).toBe(before)
  })
})

// that its views are the right ones is in src/learn/augment/fused.test.ts
describe('makeViews', () => {
  const options: MakeViews = {
    channels: 3,
    maximum: 255,
    size: 4,
    radius: 1,
    threshold: 0.5,
    mean: [0, 0, 0],
    std: [1, 1, 1],
    dtype: 'float32',
  }
  const row = (change: Record<number, number> = {}) => {
    const draws = [0, 0, 8, 8, 0, 0, 0, -1, -1, -1, -1, 0, 1, 1, 0, 0, 0, 0]
    for (const [at, value] of Object.entries(change)) draws[Number(at)] = value
    return tensor([draws])
  }

  it('refuses in one sentence what it cannot do', () => {
    scope(() => {
      const { bytes, layout } = pictures([[8, 8]], 3)
      const run =
        (draws: Tensor, other: Partial<MakeViews> = {}) =>
        () =>
          makeViews(bytes, layout, draws, { ...options, ...other })
      expect(run(row())().shape).toEqual([1, 3, 4, 4])
      expect(run(row({ [DRAW.box]: 1 }))).toThrow(/is not inside its picture/)
      for (const change of [
        { [DRAW.order]: 4 },
        { [DRAW.order + 3]: -2 },
        { [DRAW.amounts]: Number.NaN },
        { [DRAW.shift]: Number.POSITIVE_INFINITY },
        { [DRAW.sigma]: -1 },
      ]) {
        expect(run(row(change))).toThrow(/row 0 of `draws` holds a number that is out of its range/)
      }
      expect(run(ops.zeros([1, 17]))).toThrow(/expected `draws` as float32\[1, 18\]/)
      expect(run(row(), { mean: [0] })).toThrow(/expected `mean` and `std` of 3 channels/)
      expect(run(row(), { std: [1, 0, 1] })).toThrow(/expected each `std` above 0/)
      expect(run(row(), { size: 0 })).toThrow(/expected a size of 1 to 16384/)
      expect(run(row(), { radius: -1 })).toThrow(/a radius of 0 to 16384/)
      expect(run(row(), { maximum: 4095 })).toThrow(/ends beyond the 96 values given/)
      expect(run(row(), { dtype: 'float64' as 'float32' })).toThrow(/expected the dtype float32 or bfloat16/)
    })
  })

  it('makes nothing of no pictures', () => {
    scope(() => {
      const nothing = makeViews(
        tensor(new Uint8Array()),
        tensor(new Int32Array(), [0, 3]),
        ops.zeros([0, DRAW.columns]),
        options,
      )
      expect(nothing.shape).toEqual([0, 3, 4, 4])
    })
  })
})

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
