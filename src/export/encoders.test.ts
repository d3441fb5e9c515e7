import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EncoderOptions } from '../learn/encoder/spec.js'
import { disposeModule, EVAL, NORM_NAMES } from '../nn/index.js'
import { memory } from '../torch/index.js'
import { TOLERANCE } from './agreement.js'
import { agreed, operatorsOf } from './testing/agreed.js'
import { optionsOf, trainedLike } from './testing/trained-like.js'

const codes = { atoms: 48, directions: 8, outputs: 24, patch: 6, stride: 1, apart: 0.6, alike: 0.03, grid: 5 }
const registers = {
  registers: 2,
  pool: 'mean',
  positions: 'fixed',
  frozenPatches: true,
  channels: 1,
} as const

const ENCODERS: [string, Partial<EncoderOptions>][] = [
  ...NORM_NAMES.map((norm): [string, Partial<EncoderOptions>] => ['resnet18', { norm, width: 0.125 }]),
  ['small', {}],
  ['small', { norm: 'group', size: 48, channels: 1 }],
  ['resnet50', { width: 0.0625, size: 72, channels: 1 }],
  ['resnet50', { norm: 'group', width: 0.0625, size: 72 }],
  ['amdim', { width: 0.02 }],
  ['amdim', { width: 0.03, size: 64, channels: 1, norm: 'group' }],
  ['vit-mini', { patch: 8 }],
  ['vit-mini', { patch: 8, ...registers }],
  ['patch-codes', codes],
  ['patch-codes', { ...codes, grid: 9, stride: 2, size: 40, channels: 1, directions: 4 }],
  ['joined', { ...codes, width: 0.25, mirrored: true, share: 0.5 }],
  ['joined', { ...codes, width: 0.25, mirrored: false, share: 0.25, norm: 'group', grid: 1, outputs: 8 }],
]

let before = 0
beforeAll(() => {
  before = memory().tensors
})
afterAll(() => expect(memory().tensors).toBe(before))

test.each(ENCODERS)(
  '%s %j: onnxruntime agrees to 1e-4 for one picture, two and five',
  async (name, changes) => {
    const options = optionsOf(changes)
    const encoder = trainedLike(name, options)
    const alive = memory().tensors
    const { channels, size } = options
    const found = await agreed((x) => encoder.forward(x, EVAL), [channels, size, size])
    expect(found.pictures).toBe(8)
    expect(found.largest).toBeLessThan(TOLERANCE / 10)
    expect(memory().tensors).toBe(alive)
    disposeModule(encoder)
  },
)

test('batch norm costs nothing in the graph, and what a mirrored network shares is stored once', async () => {
  const resnet = trainedLike('resnet18', optionsOf({ width: 0.125 }))
  const { graph } = await agreed((x) => resnet.forward(x, EVAL), [3, 32, 32])
  disposeModule(resnet)
  // 20 convolutions, 17 with a ReLU behind them, 8 shortcuts
  expect(operatorsOf(graph)).toEqual({ Conv: 20, Relu: 17, Add: 8, ReduceMean: 1, Identity: 1 })
  expect(graph.constants.size).toBe(40)

  const joined = trainedLike('joined', optionsOf({ ...codes, width: 0.25, mirrored: true, share: 0.5 }))
  const both = await agreed((x) => joined.forward(x, EVAL), [3, 32, 32])
  const values = [...both.graph.constants.values()].reduce((sum, { data }) => sum + data.length / 4, 0)
  // four convolutions whose weights both ways round share, dictionary twice (its patches and the copying), projections
  const network = 8 * 3 * 16 + 16 * 8 * 9 + 32 * 16 * 9 + 64 * 32
  const dictionary = 109 * (108 + 48 + 108)
  expect(values).toBeLessThan(network + dictionary + 48 * 8 + 200 * 24 + 25 * 7 * 27 * 2 + 2500)
  disposeModule(joined)
})
