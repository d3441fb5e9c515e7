import { expect, test } from 'vitest'
import { INITIALIZE } from '../../nn/index.js'
import { manualSeed, memory, noGrad, ops, scope, type Tensor } from '../../torch/index.js'
import { patchCodesPlain } from '../../torch/kernels.js'
import { PatchCodes } from '../encoder/patch-codes.js'
import { CODES_DEFAULTS } from '../encoder/spec.js'
import { discriminant } from './discriminant.js'

const SIZE = 12
const PATCH = 4
const PLACES = (SIZE - PATCH + 1) ** 2
const RIDGE = 0.01

/** Pictures of two kinds of stripes and noise, `[N, 1, 12, 12]`. */
function stripes(count: number): Tensor {
  const across = ops.arange(SIZE).to('float32').mul(1.3).sin()
  const pictures = Array.from({ length: count }, (_, i) =>
    i % 2 ? across.view([1, -1]) : across.view([-1, 1]),
  )
  const clean = ops.stack(pictures.map((one) => one.expand([SIZE, SIZE]))).unsqueeze(1)
  return clean.add(ops.randn(clean.shape).mul(0.5))
}

function made() {
  const options = { ...CODES_DEFAULTS, channels: 1, size: SIZE, patch: PATCH }
  const encoder = new PatchCodes({ ...options, atoms: 24, directions: 6, grid: 3, outputs: 8, alike: 0.1 })
  const loss = discriminant({ dropped: 1, places: PLACES, ridge: RIDGE, whitening: 0 })
  const module = loss.build(loss.options, { encoder, dimension: 0, prototypes: 0, targets: 1 })
  return { encoder, module }
}

test('directions solve the eigenproblem of the scatter of pictures and of all codes, and the summary is the principal components', () => {
  scope(() =>
    noGrad(() => {
      manualSeed(3)
      const x = stripes(40)
      const { encoder, module } = made()
      encoder.forward(x, INITIALIZE)
      const steps = 8
      for (let step = 0; step < steps; step++) {
        const part = x.narrow(0, 10 * (step % 4), 10)
        module.solve?.(encoder, [{ x: part, hidden: false }], { step, steps, ids: ops.arange(10) })
      }
      // every place is looked at, so codes as plain operators make them have the same moments
      const side = SIZE - PATCH + 1
      const codes = patchCodesPlain(x, encoder.dictionary, side).flatten(2).transpose(1, 2).to('float64')
      const mean = codes.mean([0, 1])
      const centred = codes.sub(mean)
      const flat = centred.flatten(0, 1)
      const total = flat
        .t()
        .matmul(flat)
        .div(flat.shape[0] as number)
      const own = centred.mean([1])
      const among = own.t().matmul(own).div(40)
      expect(encoder.centre.sub(mean.to('float32')).abs().max().item()).toBeLessThan(1e-6)
      const directions = encoder.projection.to('float64')
      const largest = ops.linalg_eigvalsh(total).max()
      const ridged = total.add(ops.eye(24, { dtype: 'float64' }).mul(largest.mul(RIDGE)))
      const white = directions.t().matmul(ridged).matmul(directions)
      expect(
        white
          .sub(ops.eye(6, { dtype: 'float64' }))
          .abs()
          .max()
          .item(),
      ).toBeLessThan(1e-4)
      const ratios = directions.t().matmul(among).matmul(directions)
      const diagonal = ratios.diagonal()
      expect(ratios.sub(ops.diag(diagonal)).abs().max().item()).toBeLessThan(1e-4)
      const values = diagonal.toArray()
      expect(values).toEqual([...values].sort((a, b) => b - a))
      // the components' variances: those of the cells' vectors, the largest first
      const cells = encoder.cells(x).to('float64')
      const around = cells.sub(cells.mean([0]))
      const wanted = ops
        .linalg_eigvalsh(around.t().matmul(around).div(40))
        .flip([0])
        .narrow(0, 0, 8)
        .toArray()
      const features = encoder.forward(x, { training: false }).to('float64')
      const seen = features.square().mean([0]).toArray()
      // a sketch of twice as many columns loses a little of the weaker ones
      const found = wanted.map((value, i) => (seen[i] as number) / value)
      expect(found[0]).toBeGreaterThan(0.85)
      for (const share of found) expect(share).toBeGreaterThan(0.75)
      for (const share of found) expect(share).toBeLessThan(1.02)
    }),
  )
})

/** How much nearer pictures of one kind are than those of two, as a mean cosine. */
function gap(encoder: PatchCodes, x: Tensor): number {
  return scope(() => {
    const features = encoder.forward(x, { training: false })
    const unit = features.div(features.norm(2, 1, true))
    const count = x.shape[0] as number
    const cosines = unit.matmul(unit.t()).toArray()
    const mean = (same: boolean) => {
      const some = cosines.filter((_, at) => {
        const [i, j] = [Math.floor(at / count), at % count]
        return i !== j && (i % 2 === j % 2) === same
      })
      return some.reduce((sum, value) => sum + value, 0) / some.length
    }
    return mean(true) - mean(false)
  })
}

test('two kinds of pictures fall apart, and nothing is left in memory', () => {
  const before = memory().tensors
  scope(() =>
    noGrad(() => {
      manualSeed(5)
      const x = stripes(40)
      const { encoder, module } = made()
      encoder.forward(x, INITIALIZE)
      const untrained = gap(encoder, x)
      const ids = ops.arange(x.shape[0] as number)
      const inside = memory().tensors
      for (let step = 0; step < 2; step++) {
        const { loss, vectors } =
          module.solve?.(encoder, [{ x, hidden: false }], { step, steps: 2, ids }) ?? {}
        expect(loss?.item()).toBeGreaterThan(0)
        expect(loss?.item()).toBeLessThan(1)
        for (const one of [loss, vectors]) one?.dispose()
      }
      expect(memory().tensors).toBe(inside)
      expect(gap(encoder, x)).toBeGreaterThan(1.2 * Math.max(0.1, untrained))
      for (const one of [...Object.values(encoder), ...Object.values(module)])
        if (typeof one === 'object' && 'dispose' in one) one.dispose()
    }),
  )
  expect(memory().tensors).toBe(before)
})
