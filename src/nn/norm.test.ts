import { afterEach, beforeEach, expect, test } from 'vitest'
import { expectClose, patterned } from '../../test/golden/golden.js'
import { autocast, grad, memory, noGrad, ops, scope, type Tensor } from '../torch/index.js'
import { groupsOf } from './group-norm.js'
import {
  BatchNorm,
  Conv2d,
  createNorm,
  disposeModule,
  EVAL,
  type GroupNorm,
  INITIALIZE,
  Linear,
  NORM_NAMES,
  type NormName,
  ResNet,
  stateDict,
  TRAIN,
} from './index.js'
import { golden } from './testing/encoders-golden.js'

const CLOSE = 1e-5

let before: number
beforeEach(() => {
  before = memory().tensors
})
afterEach(() => expect(memory().tensors).toBe(before))

const AXES: Record<string, number[]> = { map: [0, 2, 3], vector: [0] }

test.each(Object.keys(golden.norms))("%s norm with residual and ReLU agrees with torch's", (name) => {
  const { shape, y, ...gradients } = golden.norms[name]
  const norm = createNorm(name.split(' ')[0] as NormName, 8) as GroupNorm
  const { weight, bias } = norm as { weight: Tensor; bias: Tensor }
  scope(() => {
    noGrad(() => {
      weight.copy_(patterned([8], 74, 0.5, 1.5))
      bias.copy_(patterned([8], 75))
    })
    const x = patterned(shape, 71).setRequiresGrad()
    const residual = patterned(shape, 72).setRequiresGrad()
    const result = norm.forward(x, TRAIN, { residual, relu: true })
    expectClose(result, y, CLOSE)
    const own = grad(result.mul(patterned(shape, 73)).sum(), [x, residual, weight, bias])
    for (const [i, each] of ['gx', 'gr', 'gw', 'gb'].entries())
      expectClose(own[i] as Tensor, gradients[each], 1e-4)
  })
  disposeModule(norm)
})

test('standardised weights: output and gradient as in PyTorch', () => {
  const conv = new Conv2d(3, 5, 3, { stride: 2, padding: 1, standardize: true })
  const linear = new Linear(7, 5, { bias: false, standardize: true })
  scope(() => {
    for (const [module, expected, x] of [
      [conv, golden.standardized.conv, patterned([2, 3, 6, 6], 76)],
      [linear, golden.standardized.linear, patterned([3, 7], 76)],
    ] as const) {
      noGrad(() => module.weight.copy_(patterned(module.weight.shape, 77)))
      const y = module.forward(x)
      expectClose(y, expected.y, CLOSE)
      const [g] = grad(y.mul(patterned(y.shape, 78)).sum(), [module.weight])
      expectClose(g as Tensor, expected.gw, 1e-4)
    }
  })
  disposeModule(conv)
  disposeModule(linear)
})

test('32 groups, fewer where they do not divide or would hold one channel', () => {
  const channels = [512, 64, 48, 32, 16, 24, 6, 2, 7, 1]
  expect(channels.map(groupsOf)).toEqual([32, 32, 16, 16, 8, 8, 2, 1, 1, 1])
})

test.each(['map', 'vector'])(
  "'data' makes every channel of a %s zero-mean and unit-variance on the first batch",
  (kind) => {
    const norm = createNorm('data', 6)
    const twice = createNorm('data', 6, { gamma: 2 })
    const nothing = createNorm('data', 6, { gamma: 0 })
    scope(() => {
      const shape = kind === 'map' ? [5, 6, 4, 4] : [40, 6]
      const channel = kind === 'map' ? [6, 1, 1] : [6]
      const x = ops
        .randn(shape)
        .mul(patterned(channel, 1, 1, 9))
        .add(patterned(channel, 2, -5, 5))
      const axes = AXES[kind] as number[]
      const y = norm.forward(x, INITIALIZE)
      expect(y.mean(axes).abs().max().item()).toBeLessThan(1e-5)
      expect(y.std(axes, false).sub(1).abs().max().item()).toBeLessThan(1e-4)
      const batch = new BatchNorm(6)
      expectClose(y, batch.forward(x, TRAIN).toArray(), 1e-5)
      disposeModule(batch)
      // the values stay for every later batch
      expectClose(
        norm.forward(x.mul(2), TRAIN),
        y
          .mul(2)
          .sub(stateDict(norm).get('bias')?.view(channel) as Tensor)
          .toArray(),
        1e-4,
      )
      expect(twice.forward(x, INITIALIZE).std(axes, false).sub(2).abs().max().item()).toBeLessThan(1e-4)
      expect(nothing.forward(x, INITIALIZE).abs().max().item()).toBe(0)
      expect(
        grad(nothing.forward(x, TRAIN).mul(x).sum(), [stateDict(nothing).get('weight') as Tensor])[0],
      ).not.toBeNull()
    })
    for (const one of [norm, twice, nothing]) disposeModule(one)
  },
)

test("one pass initialises every 'data' norm of a network, in order", () => {
  const net = new ResNet({ depth: 18, base: 4, stem: 'cifar', norm: 'data', zeroInitResidual: false })
  const twin = new ResNet({ depth: 18, base: 4, stem: 'cifar', zeroInitResidual: false })
  scope(() => {
    noGrad(() => {
      const own = stateDict(net)
      for (const [name, one] of stateDict(twin))
        if (name.includes('conv') || name.endsWith('downsample.0.weight')) one.copy_(own.get(name) as Tensor)
      const x = ops.rand([6, 3, 16, 16])
      const y = net.forward(x, INITIALIZE)
      expectClose(y, twin.forward(x, TRAIN).toArray(), 1e-3)
      expectClose(net.forward(x, EVAL), y.toArray(), 1e-5)
    })
  })
  disposeModule(net)
  disposeModule(twin)
})

test.each(NORM_NAMES)(
  "'%s' keeps the shape and dtype, starts as nothing with gamma 0, and adds the residual",
  (name) => {
    const norm = createNorm(name, 8, { gamma: 0 })
    scope(() => {
      for (const shape of [
        [4, 8],
        [4, 8, 3, 5],
      ]) {
        const x = patterned(shape, 3)
        const y = norm.forward(x, TRAIN, { residual: x, relu: true })
        expectClose(y, (name === 'none' ? x.add(x) : x).relu().toArray(), 1e-6)
        const half = autocast('bfloat16', () =>
          norm.forward(x.to('bfloat16'), TRAIN, { residual: x.to('bfloat16') }),
        )
        expect([half.shape, half.dtype]).toEqual([shape, 'bfloat16'])
      }
    })
    disposeModule(norm)
  },
)

test('a norm without scale and shift has neither parameter', () => {
  const names = NORM_NAMES.map((name) => {
    const norm = createNorm(name, 4, { affine: false })
    const found = [...stateDict(norm).keys()]
    scope(() => expect(norm.forward(ops.rand([3, 4]), TRAIN).shape).toEqual([3, 4]))
    disposeModule(norm)
    return [name, found.join()]
  })
  expect(Object.fromEntries(names)).toEqual({
    batch: 'running_mean,running_var,num_batches_tracked',
    layer: '',
    group: '',
    data: 'weight,bias',
    none: '',
  })
})
