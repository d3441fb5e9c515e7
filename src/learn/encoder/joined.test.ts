import { expect, test } from 'vitest'
import { EVAL, TRAIN } from '../../nn/index.js'
import { memory, noGrad, ops, scope, type Tensor } from '../../torch/index.js'
import { Joined } from './joined.js'
import { BESIDE_DEFAULTS, CODES_DEFAULTS } from './spec.js'

const made = (mirrored: boolean) =>
  new Joined({
    ...CODES_DEFAULTS,
    ...{ atoms: 8, grid: 2, directions: 4, outputs: 4, patch: 3 },
    ...{ channels: 1, size: 16, width: 1, norm: 'batch', firstLayer: 'random' },
    ...BESIDE_DEFAULTS,
    mirrored,
  })

/** The network's part of the vectors of pictures `[N, 1024]`. */
const networks = (x: Tensor, of: Joined) => of.forward(x, EVAL).narrow(1, of.codes.features, 1024)

test('in evaluation the network answers the same both ways round, where it is shown both', () => {
  const [both, one] = [made(true), made(false)]
  const before = memory().tensors
  scope(() =>
    noGrad(() => {
      const x = ops.randn([4, 1, 16, 16])
      for (const each of [both, one]) each.forward(x, { training: true, initialize: true })
      const apart = (of: Joined) =>
        networks(x, of)
          .sub(networks(x.flip([3]), of))
          .abs()
          .max()
          .item()
      expect(apart(both)).toBeLessThan(1e-5)
      expect(apart(one)).toBeGreaterThan(1e-2)
      // it learns from what it is shown, which the views mirror by chance
      const learned = both.learned(x, TRAIN).sub(both.learned(x.flip([3]), TRAIN))
      expect(learned.abs().max().item()).toBeGreaterThan(1e-2)
    }),
  )
  expect(memory().tensors).toBe(before)
})

test('the length of the network’s part is its share of that of the codes', () => {
  scope(() =>
    noGrad(() => {
      const encoder = made(true)
      const vectors = encoder.forward(ops.randn([4, 1, 16, 16]), { training: true, initialize: true })
      const length = (from: number, count: number) =>
        Array.from(vectors.narrow(1, from, count).square().sum([1]).sqrt().toArray(), (v) => v.toFixed(4))
      expect(length(0, 4)).toEqual(Array(4).fill('1.0000'))
      expect(length(4, 1024)).toEqual(Array(4).fill('0.5000'))
    }),
  )
})
