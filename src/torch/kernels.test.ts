import { describe, expect, it } from 'vitest'
import { memory, ops, scope, setThreads, type Tensor, tensor, threads } from './index.js'
import { type CropResize, cropResize, cropResizePlain, DRAW, type MakeViews, makeViews } from './kernels.js'
import { largest } from './testing/largest.js'

/** Numbers in [0, 1), the same in every run. */
function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state >>> 8) / 2 ** 24
  }
}

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
