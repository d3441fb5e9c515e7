import { expect, test } from 'vitest'
import { expectClose, patterned } from '../../test/golden/golden.js'
import { grad, memory, noGrad, ops, scope, type Tensor, tensor } from '../torch/index.js'
import {
  type BatchNorm,
  disposeModule,
  EVAL,
  parameterCount,
  parameters,
  ResNet,
  stateDict,
  TRAIN,
} from './index.js'
import { BasicBlock, Bottleneck, type ResNetOptions } from './resnet.js'
import { fillByName } from './testing/by-name.js'
import { golden } from './testing/encoders-golden.js'

/** torchvision's names and shapes, from its naming rules and the paper's table 1; independent of `ResNet`. */
function torchvisionNames(blocks: readonly number[], bottleneck: boolean): Map<string, number[]> {
  const names = new Map<string, number[]>()
  const conv = (name: string, out: number, inputs: number, kernel: number) =>
    names.set(`${name}.weight`, [out, inputs, kernel, kernel])
  const norm = (name: string, channels: number) => {
    for (const part of ['weight', 'bias', 'running_mean', 'running_var'])
      names.set(`${name}.${part}`, [channels])
    names.set(`${name}.num_batches_tracked`, [])
  }
  conv('conv1', 64, 3, 7)
  norm('bn1', 64)
  let inputs = 64
  for (const [stage, count] of blocks.entries()) {
    const planes = [64, 128, 256, 512][stage] as number
    const outputs = bottleneck ? planes * 4 : planes
    for (let block = 0; block < count; block++) {
      const path = `layer${stage + 1}.${block}`
      const plan = bottleneck
        ? [
            [planes, inputs, 1],
            [planes, planes, 3],
            [outputs, planes, 1],
          ]
        : [
            [planes, inputs, 3],
            [planes, planes, 3],
          ]
      for (const [i, [out, from, kernel]] of (plan as [number, number, number][]).entries()) {
        conv(`${path}.conv${i + 1}`, out, from, kernel)
        norm(`${path}.bn${i + 1}`, out)
      }
      if (block === 0 && (stage > 0 || bottleneck)) {
        conv(`${path}.downsample.0`, outputs, inputs, 1)
        norm(`${path}.downsample.1`, outputs)
      }
      inputs = outputs
    }
  }
  return names
}

test.each([
  [18, [2, 2, 2, 2], false, 512],
  [34, [3, 4, 6, 3], false, 512],
  [50, [3, 4, 6, 3], true, 2048],
  [101, [3, 4, 23, 3], true, 2048],
  [152, [3, 8, 36, 3], true, 2048],
  [200, [3, 24, 36, 3], true, 2048],
] as const)(
  "ResNet-%i has torchvision's names, shapes and number of parameters",
  (depth, blocks, bottleneck, features) => {
    const before = memory().tensors
    const net = new ResNet({ depth })
    const shapes = [...stateDict(net)].map(([name, one]) => [name, one.shape])
    expect(shapes).toEqual([...torchvisionNames(blocks, bottleneck)])
    expect(parameterCount(net)).toBe(golden.counts[depth])
    expect(net.features).toBe(features)
    disposeModule(net)
    expect(memory().tensors).toBe(before)
  },
)

test('one feature vector a picture with either stem, and the picture size that each halves to', () => {
  const narrow = { depth: 18, base: 4, channels: 1 } as const
  for (const [stem, size] of [
    ['imagenet', 64],
    ['cifar', 8],
  ] as const) {
    const net = new ResNet({ ...narrow, stem })
    scope(() => {
      const x = ops.rand([2, 1, size, size])
      expect(net.forward(x, TRAIN).shape).toEqual([2, net.features])
      expect(net.forward(x, EVAL).shape).toEqual([2, 32])
      const first = net.conv1.forward(x).shape
      expect(first).toEqual(stem === 'imagenet' ? [2, 4, size / 2, size / 2] : [2, 4, size, size])
    })
    disposeModule(net)
  }
})

const basicBlock = (gamma: number) =>
  new BasicBlock({ inputs: 6, inner: 6, outputs: 6, stride: 1, gamma, norm: 'batch' })

test('residual branches start as nothing: a block of equal shape is the identity on what a ReLU gave', () => {
  const bottleneck = new Bottleneck({ inputs: 8, inner: 2, outputs: 8, stride: 1, gamma: 0, norm: 'batch' })
  scope(() => {
    for (const block of [basicBlock(0), bottleneck]) {
      const x = ops.rand([2, block instanceof BasicBlock ? 6 : 8, 4, 4])
      expect(block.forward(x, TRAIN).toArray()).toEqual(x.toArray())
      disposeModule(block)
    }
    const busy = basicBlock(1)
    const x = ops.rand([2, 6, 4, 4])
    expect(busy.forward(x, TRAIN).toArray()).not.toEqual(x.toArray())
    disposeModule(busy)
  })
})

test('the last norm of every branch starts at 0 and all others at 1, or all at 1 when asked', () => {
  const scales = (zeroInitResidual: boolean) => {
    const net = new ResNet({ depth: 50, base: 2, zeroInitResidual })
    const found = [...stateDict(net)].filter(([name]) => /(bn\d|downsample\.1)\.weight$/.test(name))
    const zeros = found
      .filter(([, weight]) => weight.toArray().every((value) => value === 0))
      .map(([name]) => name)
    const ones = found.filter(([, weight]) => weight.toArray().every((value) => value === 1)).length
    disposeModule(net)
    expect(zeros.length + ones).toBe(found.length)
    return zeros
  }
  expect(scales(false)).toEqual([])
  const zeros = scales(true)
  expect(zeros.length).toBe(3 + 4 + 6 + 3)
  expect(zeros.every((name) => name.endsWith('bn3.weight'))).toBe(true)
})

test('convolutions start with He deviation over the fan-out', () => {
  const net = new ResNet({ depth: 18, base: 32 })
  scope(() => {
    const weight = stateDict(net).get('layer3.0.conv2.weight')
    // 128 × 128 × 3 × 3 values: the deviation is known to 0.2 %
    expect((weight?.std().item() ?? 0) / Math.sqrt(2 / (128 * 9))).toBeCloseTo(1, 1)
    expect(Math.abs(weight?.mean().item() ?? 1)).toBeLessThan(1e-3)
  })
  expect([...parameters(net).keys()].some((name) => name.includes('running'))).toBe(false)
  disposeModule(net)
})

test('without a graph nothing is left of what lies between the layers', () => {
  const net = new ResNet({ depth: 18, stem: 'cifar', width: 0.25 })
  scope(() => {
    const x = ops.randn([2, 3, 16, 16])
    const before = memory()
    const y = noGrad(() => net.forward(x, EVAL))
    expect(memory().tensors).toBe(before.tensors + 1)
    expect(memory().bytes - before.bytes).toBeLessThan(2 * y.numel * 4)
  })
  disposeModule(net)
})

test('evaluation uses and keeps the running statistics', () => {
  const net = new ResNet({ depth: 18, base: 2, stem: 'cifar', zeroInitResidual: false })
  scope(() =>
    noGrad(() => {
      const x = ops.rand([4, 3, 8, 8])
      net.forward(x, TRAIN)
      const norm = net.bn1 as BatchNorm
      const mean = norm.running_mean.toArray()
      const whole = net.forward(x, EVAL)
      const alone = net.forward(x.narrow(0, 1, 1), EVAL)
      expect(whole.narrow(0, 1, 1).sub(alone).abs().max().item()).toBeLessThan(1e-5)
      expect(norm.running_mean.toArray()).toEqual(mean)
      expect(norm.num_batches_tracked.item()).toBe(1)
      expect(tensor(mean).abs().max().item()).toBeGreaterThan(0)
    }),
  )
  disposeModule(net)
})

test.each<[string, ResNetOptions]>([
  ['resnet18 group', { depth: 18, base: 8, width: 2, norm: 'group', stem: 'cifar' }],
  ['resnet50 layer', { depth: 50, width: 1 / 16, norm: 'layer' }],
])("%s: the features and gradient of torchvision's ResNet with those channels and norms", (name, options) => {
  const before = memory().tensors
  const { shape, y, g, parameters: count } = golden.resnets[name]
  const net = new ResNet(options)
  expect(parameterCount(net)).toBe(count)
  fillByName(net, 900)
  scope(() => {
    const features = net.forward(patterned(shape, 81), TRAIN)
    expectClose(features, y, 1e-3)
    const [gradient] = grad(features.mul(patterned(features.shape, 82)).sum(), [net.conv1.weight])
    const own = (gradient as Tensor).contiguous()
    const scale = own.abs().max().item()
    expectClose(
      own.div(scale),
      g.map((value: number) => value / scale),
      1e-3,
    )
  })
  disposeModule(net)
  expect(memory().tensors).toBe(before)
})

test('maps halve from stage to stage, double in channels, and end in what is pooled', () => {
  for (const depth of [34, 50] as const) {
    const net = new ResNet({ depth, width: 0.125, stem: 'cifar', norm: 'none' })
    const widest = depth === 34 ? 64 : 256
    expect(net.mapChannels).toEqual([8, 4, 2, 1].map((ratio) => widest / ratio))
    scope(() => {
      const x = ops.rand([2, 3, 16, 16])
      const maps = net.maps(x, EVAL)
      expect(maps.map(({ shape }) => shape)).toEqual(
        net.mapChannels.map((c, i) => [2, c, 16 / 2 ** i, 16 / 2 ** i]),
      )
      expect(net.forward(x, EVAL).toArray()).toEqual(net.pool(maps[3] as Tensor).toArray())
    })
    disposeModule(net)
  }
})

test('width multiplies the channels of every layer', () => {
  const widths = [0.25, 1, 2].map((width) => {
    const net = new ResNet({ depth: 18, width })
    const shapes = [net.conv1.weight.shape[0], net.features]
    disposeModule(net)
    return shapes
  })
  expect(widths).toEqual([
    [16, 128],
    [64, 512],
    [128, 1024],
  ])
})
