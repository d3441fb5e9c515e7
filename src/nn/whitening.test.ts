import { afterEach, beforeEach, expect, test } from 'vitest'
import { expectClose } from '../../test/golden/golden.js'
import { autocast, manualSeed, memory, noGrad, ops, scope, tensor } from '../torch/index.js'
import { Conv2d, disposeModule, INITIALIZE, TRAIN } from './index.js'
import { principalFilters } from './whitening.js'

let before: number
beforeEach(() => {
  before = memory().tensors
})
afterEach(() => expect(memory().tensors).toBe(before))

test('filters are the components of the patches, the strongest first, then their negatives', () => {
  scope(() => {
    // patches of two pixels along (0.6, 0.8), three times as far as along (0.8, -0.6), around (5, 7)
    const rows = [
      [3, 0],
      [-3, 0],
      [0, 1],
      [0, -1],
    ].map(([far = 0, near = 0]) => [5 + 0.6 * far + 0.8 * near, 7 + 0.8 * far - 0.6 * near])
    const x = tensor(Float32Array.from(rows.flat()), [1, 1, 4, 2])
    const both = [0.6, 0.8, 0.8, -0.6]
    expectClose(principalFilters(x, [1, 2], [1, 2], 8), [...both, ...both.map((one) => -one)], 1e-6)
    expectClose(principalFilters(x, [1, 2], [1, 2], 2), [0.6, 0.8, -0.6, -0.8], 1e-6)
  })
})

test('a convolution shown pictures answers with what is uncorrelated, and keeps the filters it has no components for', () => {
  scope(() => {
    manualSeed(3)
    const conv = new Conv2d(1, 40, 4, { stride: 2, padding: 1, init: 'whitening' })
    const random = conv.weight.detach().clone()
    // neighbouring pixels alike, as in photographs
    const x = ops.avg_pool2d(ops.randn([64, 1, 34, 34]), 3, { stride: 1 })
    noGrad(() => conv.forward(x, TRAIN))
    expect(conv.weight.equal(random)).toBe(true)
    noGrad(() => conv.forward(x, INITIALIZE))
    // 16 values a patch: 16 components, 16 negatives, 8 filters as they were
    expect(conv.weight.narrow(0, 32, 8).equal(random.narrow(0, 32, 8))).toBe(true)
    expect(conv.weight.narrow(0, 16, 16).equal(conv.weight.narrow(0, 0, 16).neg())).toBe(true)
    const answers = noGrad(() => ops.conv2d(x, conv.weight.narrow(0, 0, 16), { stride: [2, 2] }))
    const correlation = ops.corrcoef(answers.transpose(0, 1).reshape([16, -1]))
    expectClose(correlation, Array.from(ops.eye(16).toArray()), 1e-3)
    const strengths = answers.transpose(0, 1).reshape([16, -1]).var(1).toArray()
    expect(strengths).toEqual([...strengths].sort((a, b) => b - a))
    disposeModule(conv)
  })
})

test('filters whose weights are standardised stay random', () => {
  scope(() => {
    const conv = new Conv2d(1, 8, 3, { init: 'whitening', standardize: true })
    const random = conv.weight.detach().clone()
    noGrad(() => conv.forward(ops.randn([8, 1, 12, 12]), INITIALIZE))
    expect(conv.weight.equal(random)).toBe(true)
    disposeModule(conv)
  })
})

test('mixed precision changes no filter, and of many patches some tell as much', () => {
  scope(() => {
    manualSeed(5)
    const x = ops.avg_pool2d(ops.randn([40, 1, 102, 102]), 3, { stride: 1 })
    const exact = principalFilters(x, [3, 3], [1, 1], 6)
    const mixed = autocast('bfloat16', () => principalFilters(x, [3, 3], [1, 1], 6))
    expectClose(mixed, exact.toArray(), 1e-6)
    // 384,160 patches, of which every second one down and across was taken
    const fewer = principalFilters(x.narrow(0, 0, 10), [3, 3], [1, 1], 6)
    const cosines = fewer.mul(exact).sum([1, 2, 3]).abs().toArray()
    // the second and third are equally strong, down and across, so that only their plane is fixed
    expect(cosines[0]).toBeGreaterThan(0.999)
  })
})
