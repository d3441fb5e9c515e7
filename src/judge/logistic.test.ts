import { expect, test } from 'vitest'
import { grad, ops, scope, tensor } from '../torch/index.js'
import { fit } from './logistic.js'
import { principalBasis, standard, standardised } from './standardise.js'
import { blobs, leak } from './testing/banks.js'

test('finds the optimum of a problem solved by hand', () => {
  // points -1 and 1 of classes 0 and 1: slopes -a and a with penalty · a = 1 / (1 + exp(2a))
  for (const penalty of [0.01, 0.1, 1]) {
    let [low, high] = [0, 100]
    for (let i = 0; i < 200; i++) {
      const middle = (low + high) / 2
      if (penalty * middle < 1 / (1 + Math.exp(2 * middle))) low = middle
      else high = middle
    }
    const problem = {
      features: tensor([[-1], [1]]),
      energy: tensor([1]),
      labels: tensor([0, 1], [2], 'int64'),
      weights: tensor([[0.5, 0.5]]),
      penalties: tensor([penalty]),
    }
    const found = fit([problem], { classes: 2, tolerance: 1e-10 })
    expect(found.slopes.toArray()[1]).toBeCloseTo(low, 3)
    expect(found.slopes.toArray()[0]).toBeCloseTo(-low, 3)
    expect(found.offsets.toArray()[0]).toBeCloseTo(0, 3)
  }
})

test('many classifiers at once are each at their own optimum, by the gradient of libtorch itself', () => {
  scope(() => {
    const { features, labels } = blobs({ classes: 3, dims: 6, count: 40, noise: 1.5, seed: 3 })
    const centred = standardised(features, standard(features))
    const { basis, energy } = principalBasis(centred)
    const right = tensor(labels).to('int64')
    const half = ops.cat([ops.ones([1, 60]).div(60), ops.zeros([1, 60])], 1)
    const weights = ops.cat([half, ops.ones([1, 120]).div(120)])
    const penalties = [0.001, 0.3]
    const one = { features: centred.mm(basis), energy, labels: right, weights, penalties: tensor(penalties) }
    const other = { ...one, labels: right.flip([0]) }
    const found = fit([one, other], { classes: 3, tolerance: 1e-9 })
    for (const [g, target] of [right, right.flip([0])].entries()) {
      for (const [l, penalty] of penalties.entries()) {
        const slopes = found.slopes.select(0, g).select(0, l).mm(basis.t()).to('float64').setRequiresGrad()
        const offsets = found.offsets.select(0, g).select(0, l).to('float64').setRequiresGrad()
        const logits = centred.to('float64').mm(slopes.t()).add(offsets)
        const losses = ops.cross_entropy_loss(logits, target, null, 0)
        const objective = losses
          .mul(weights.select(0, l).to('float64'))
          .sum()
          .add(
            slopes
              .square()
              .sum()
              .mul(penalty / 2),
          )
        for (const slope of grad(objective, [slopes, offsets]))
          expect(slope?.abs().max().item()).toBeLessThan(2e-4)
        expect(slopes.abs().max().item()).toBeGreaterThan(0.05)
      }
    }
  })
})

test('the basis of wide and of tall features keeps all distances and removes correlation', () => {
  scope(() => {
    for (const [n, d] of [
      [20, 50],
      [50, 20],
    ] as const) {
      const features = ops.randn([n, d])
      const { basis, energy } = principalBasis(features)
      const turned = features.mm(basis)
      expect(turned.mm(turned.t()).sub(features.mm(features.t())).abs().max().item()).toBeLessThan(1e-3)
      const moments = turned.t().mm(turned).div(n)
      expect(moments.sub(energy.diag()).abs().max().item()).toBeLessThan(1e-3)
    }
  })
})

test('leaves no tensor behind but the classifiers', () => {
  const problem = {
    features: tensor([[-1], [1]]),
    energy: tensor([1]),
    labels: tensor([0, 1], [2], 'int64'),
    weights: tensor([[0.5, 0.5]]),
    penalties: tensor([0.1]),
  }
  expect(leak(() => fit([problem], { classes: 2, tolerance: 1e-6 }))).toBe(2)
})
