/** The closed form beside PyTorch's plain operators in float64: see make_closed_form.py, which made the values. */
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { foldedDictionary, PatchCodes } from '../../src/learn/encoder/patch-codes.js'
import { CODES_DEFAULTS } from '../../src/learn/encoder/spec.js'
import { Discriminant } from '../../src/learn/loss/discriminant.js'
import { disposeModule, INITIALIZE } from '../../src/nn/index.js'
import { manualSeed, memory, noGrad, ops, scope, type Tensor, tensor } from '../../src/torch/index.js'
import { patchCodes } from '../../src/torch/kernels.js'
import { expectClose, patterned } from './golden.js'

interface Golden {
  shape: [number, number, number, number]
  patch: number
  atoms: number
  grid: number
  alike: number
  ridge: number
  dropped: number
  directions: number
  outputs: number
  power: number
  /** Of patches without their own means, `[D]`; products with `whitening` `[D, D]` are white; whitened patches `[K, D]`. */
  mean: number[]
  whitening: number[]
  dictionary: number[]
  threshold: number
  /** Bits of `[N, places, K]`. */
  codes: string
  centre: number[]
  /** Scatter of codes, of all and of pictures' means, `[K, K]`; what is kept of their eigenvectors, `[K, directions]`. */
  total: number[]
  among: number[]
  projection: number[]
  vectors: number[]
}

const golden: Golden = JSON.parse(readFileSync(new URL('closed-form.json', import.meta.url), 'utf8'))
const [pictures, channels, size] = golden.shape
const { patch, atoms, directions, outputs, ridge, dropped } = golden
const side = size - patch + 1
const values = channels * patch ** 2

let before: number
beforeEach(() => {
  before = memory().tensors
})
afterEach(() => expect(memory().tensors).toBe(before))

/** The pictures of make_closed_form.py, `[N, C, H, W]`. */
function made(): Tensor {
  const coarse = patterned([pictures, channels, 3, 3], 51, 0, 1)
  const wide = coarse.repeat_interleave(4, { dim: 2 }).repeat_interleave(4, { dim: 3 })
  return wide.mul(0.75).add(patterned(golden.shape, 52, 0, 1).mul(0.25))
}

const doubles = (numbers: readonly number[], shape: number[]) => tensor(numbers, shape, 'float64')
const largest = (t: Tensor) => t.abs().max().item()

/** Runs `body` with an encoder for the pictures and what solves it, which are freed. */
function using(body: (encoder: PatchCodes, solver: Discriminant) => void): void {
  manualSeed(7)
  const options = { ...CODES_DEFAULTS, channels, size, patch, atoms, directions, outputs }
  const encoder = new PatchCodes({ ...options, grid: golden.grid, alike: golden.alike })
  const solver = new Discriminant({ dropped, places: side ** 2, ridge, whitening: golden.power }, encoder)
  try {
    scope(() => noGrad(() => body(encoder, solver)))
  } finally {
    disposeModule(encoder)
    disposeModule(solver)
  }
}

/** Gives the encoder PyTorch's dictionary. */
function give(encoder: PatchCodes): void {
  const folded = foldedDictionary(
    doubles(golden.mean, [values]),
    doubles(golden.whitening, [values, values]),
    doubles(golden.dictionary, [atoms, values]),
    [channels, patch, patch],
  )
  for (const [name, value] of Object.entries(folded)) encoder[name as keyof typeof folded].copy_(value)
  encoder.threshold.fill_(golden.threshold)
}

/** `[N, K, side, side]` */
function goldenCodes(): Tensor {
  const bytes = Buffer.from(golden.codes, 'base64')
  const count = pictures * side ** 2 * atoms
  const bits = Float32Array.from(
    { length: count },
    (_, i) => ((bytes[i >> 3] as number) >> (7 - (i & 7))) & 1,
  )
  return tensor(bits, [pictures, side, side, atoms]).permute([0, 3, 1, 2])
}

test('with PyTorch’s dictionary: its codes, scatter, directions and vectors', () => {
  using((encoder, solver) => {
    const x = made()
    give(encoder)
    expect(largest(patchCodes(x, encoder.dictionary, side).sub(goldenCodes()))).toBe(0)

    const steps = 8
    for (let step = 0; step < steps; step++) {
      const inputs = [{ x: x.narrow(0, 10 * (step % 4), 10), hidden: false }]
      solver.solve(encoder, inputs, { step, steps, ids: ops.arange(10) })
    }
    expectClose(encoder.centre, golden.centre, 1e-7)
    const looks = pictures * side ** 2
    const square = ops.outer(doubles(golden.centre, [atoms]), doubles(golden.centre, [atoms]))
    const upper = solver.second.to('float64')
    expectClose(upper.add(upper.triu(1).t()).div(looks).sub(square).flatten(), golden.total, 1e-11)
    expectClose(solver.between.div(looks).sub(square).flatten(), golden.among, 1e-11)

    // sines of the principal angles: what of one subspace lies outside the other
    const wanted = doubles(golden.projection, [atoms, directions])
    const [own, theirs] = [encoder.projection.to('float64'), wanted].map((one) => ops.linalg_qr(one)[0]) as [
      Tensor,
      Tensor,
    ]
    const outside = own.sub(theirs.matmul(theirs.t().matmul(own)))
    expect(ops.linalg_svdvals(outside).max().item()).toBeLessThan(1e-6)
    const signs = encoder.projection.to('float64').mul(wanted).sum([0], true).sign()
    expectClose(encoder.projection.mul(signs).flatten(), golden.projection, 1e-6)

    // free of signs; the sketch of components is not exact
    const vectors = encoder.forward(x, { training: false }).to('float64')
    const products = (rows: Tensor) => rows.matmul(rows.t())
    const right = products(doubles(golden.vectors, [pictures, outputs]))
    expect(largest(products(vectors).sub(right)) / largest(right)).toBeLessThan(1e-4)
  })
})

test('a dictionary of its own: the same whitening but for a rotation, whitened patches apart, and the share that is alike', () => {
  using((encoder) => {
    const x = made()
    encoder.forward(x, INITIALIZE)
    const patches = ops.im2col(x.to('float64'), [patch, patch], [1, 1], [0, 0], [1, 1]).transpose(1, 2)
    const rows = patches.sub(patches.mean([2], true)).flatten(0, 1)
    const white = rows.sub(doubles(golden.mean, [values])).matmul(doubles(golden.whitening, [values, values]))
    const own = ops
      .conv2d(x, encoder.norms, { bias: encoder.normBias })
      .flatten(2)
      .transpose(1, 2)
      .flatten(0, 1)
      .to('float64')
    const some = (all: Tensor) => all.narrow(0, 100, 200)
    const products = some(white).matmul(some(white).t())
    const size = largest(products)
    expect(largest(some(own).matmul(some(own).t()).sub(products)) / size).toBeLessThan(1e-4)

    const cosines = ops
      .conv2d(x, encoder.filters, { bias: encoder.bias })
      .flatten(2)
      .transpose(1, 2)
      .flatten(0, 1)
      .div(own.norm(2, 1, true))
    // each of the dictionary is a patch of the pictures
    expectClose(cosines.amax([0]), Array(atoms).fill(1), 1e-5)
    const chosen = own.index_select(0, cosines.argmax({ dim: 0 }))
    const unit = chosen.div(chosen.norm(2, 1, true))
    const among = unit.matmul(unit.t()).sub(ops.eye(atoms, { dtype: 'float64' }))
    expect(among.max().item()).toBeLessThanOrEqual(CODES_DEFAULTS.apart)
    const share = cosines.ge(encoder.threshold.item()).to('float32').mean().item()
    expect(share).toBeCloseTo(golden.alike, 2)
  })
})
