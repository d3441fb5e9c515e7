import { afterAll, expect, test } from 'vitest'
import type { Encoder } from '../encode/encoder.js'
import { findEncoder } from '../learn/encoder/encoders.js'
import { ENCODER_DEFAULTS, type EncoderOptions } from '../learn/encoder/spec.js'
import { disposeModule, EVAL, INITIALIZE, NORM_NAMES, stateDict } from '../nn/index.js'
import { manualSeed, memory, noGrad, ops, scope } from '../torch/index.js'
import { writeModel } from '../use/onnx/model-file.js'
import { agreement, BATCHES } from './agreement.js'
import { toOnnx } from './graph/to-onnx.js'
import { openSession } from './session.js'
import { noise, trace } from './trace/trace.js'

const codes = { patch: 6, atoms: 48, grid: 5, directions: 8, outputs: 24, stride: 1, apart: 0.6, alike: 0.03 }
const around: [string, Partial<EncoderOptions>][] = [
  ...NORM_NAMES.flatMap((norm): [string, Partial<EncoderOptions>][] => [
    ['small', { norm, width: 0.25 }],
    ['resnet18', { norm, width: 0.125 }],
    ['resnet50', { norm, width: 0.0625, size: 96, channels: 1 }],
  ]),
  ['amdim', { width: 0.02 }],
  ['amdim', { width: 0.03, size: 64, channels: 1 }],
  ['amdim', { width: 0.02, size: 128 }],
  ['cpc', { width: 0.03125, size: 16 }],
  ['vit-mini', { patch: 8 }],
  [
    'vit-mini',
    { patch: 8, pool: 'mean', registers: 2, positions: 'fixed', frozenPatches: true, channels: 1 },
  ],
  ['patch-codes', codes],
  ['patch-codes', { ...codes, grid: 9, stride: 2, size: 40, channels: 1, directions: 4 }],
  ['joined', { ...codes, width: 0.25, mirrored: true, share: 0.5 }],
  ['joined', { ...codes, width: 0.25, mirrored: false, share: 0.25, norm: 'group', grid: 3 }],
]

/** An encoder whose every tensor is as after training: scales, shifts and running statistics that are not 0 and 1. */
function trainedLike(name: string, options: EncoderOptions): Encoder {
  manualSeed(7)
  const encoder = findEncoder(name)(options)
  scope(() =>
    noGrad(() => {
      const x = ops.rand([32, options.channels, options.size, options.size])
      encoder.forward(x, INITIALIZE)
      for (const [key, one] of stateDict(encoder)) {
        if (/running_mean|bias$|cls_token|pos_embed|reg_token|middle|centre/.test(key))
          one.add_(ops.randn(one.shape).mul(0.1))
        if (/running_var|(bn|norm)\S*weight$|standard/.test(key) && one.dtype === 'float32')
          one.mul_(ops.rand(one.shape).add(0.5)).add_(0.1)
      }
    }),
  )
  return encoder
}

const before = memory().tensors

test.each(around)(
  '%s %j: the same in onnxruntime to 1e-4, for one picture, two and five',
  async (name, changes) => {
    const options = { ...ENCODER_DEFAULTS, channels: 3, size: 32, ...changes }
    const encoder = trainedLike(name, options)
    const alive = memory().tensors
    const shape = [options.channels, options.size, options.size]
    const forward = (x: Parameters<Encoder['forward']>[0]) => ({ y: encoder.forward(x, EVAL) })
    const graph = toOnnx(trace(forward, shape), 'x')
    expect(memory().tensors).toBe(alive)
    const session = await openSession(writeModel({ ...graph, name, initializers: graph.constants }))
    const count = BATCHES.reduce((sum: number, one) => sum + one, 0)
    const found = await agreement(session, graph, forward, { values: noise([count, ...shape], 9), shape })
    console.log(name, JSON.stringify(changes), found, graph.nodes.length)
    expect(found.largest).toBeLessThan(1e-4)
    expect(memory().tensors).toBe(alive)
    await session.close()
    disposeModule(encoder)
  },
)

afterAll(() => expect(memory().tensors).toBe(before))
