import { expect, test } from 'vitest'
import type { MapEncoder } from '../../encode/encoder.js'
import { UsageError } from '../../errors.js'
import {
  disposeModule,
  EVAL,
  INITIALIZE,
  NORM_NAMES,
  type NormName,
  parameterCount,
  TRAIN,
} from '../../nn/index.js'
import { memory, ops, scope, type Tensor } from '../../torch/index.js'
import { ENCODERS, findEncoder, parseEncoder } from './encoders.js'
import { ENCODER_DEFAULTS, type EncoderOptions } from './spec.js'

const options = (changes: Partial<EncoderOptions>): EncoderOptions => ({
  ...ENCODER_DEFAULTS,
  channels: 3,
  size: 32,
  ...changes,
})

const CONVOLUTIONAL = [
  ['small', { size: 32 }, 1024],
  ['resnet18', { size: 32, width: 0.125 }, 64],
  ['resnet50', { size: 96, width: 0.0625, channels: 1 }, 128],
  ['amdim', { size: 32, width: 0.02 }, 24],
  ['cpc', { size: 8, width: 0.03125 }, 64],
] as const

test.each(
  CONVOLUTIONAL.flatMap(([name, changes, features]) =>
    NORM_NAMES.map((norm): [string, NormName, Partial<EncoderOptions>, number] => [
      name,
      norm,
      changes,
      features,
    ]),
  ),
)(
  '%s with norm %s: one finite vector a picture, and the maps it promises',
  (name, norm, changes, features) => {
    const before = memory().tensors
    const settings = options({ ...changes, norm })
    const encoder = findEncoder(name)(settings) as MapEncoder
    expect(encoder.features).toBe(features)
    scope(() => {
      const x = ops.rand([3, settings.channels, settings.size, settings.size])
      const y = encoder.forward(x, norm === 'data' ? INITIALIZE : TRAIN)
      expect(y.shape).toEqual([3, features])
      expect(y.isfinite().all().item()).toBe(1)
      const maps = encoder.maps(x, EVAL)
      expect(maps.map(({ shape }) => shape[1])).toEqual(encoder.mapChannels)
      const pooled = encoder.pool(maps.at(-1) as Tensor)
      expect(pooled.toArray()).toEqual(encoder.forward(x, EVAL).toArray())
    })
    disposeModule(encoder)
    expect(memory().tensors).toBe(before)
  },
)

test("the small network's parameters, by its layers", () => {
  const encoder = findEncoder('small')(options({}))
  const convolutions = 32 * 3 * 16 + 64 * 32 * 9 + 128 * 64 * 9 + 256 * 128
  expect(parameterCount(encoder)).toBe(convolutions + 2 * (32 + 64 + 128 + 256))
  disposeModule(encoder)
})

test('pictures up to 64 px keep their resolution in the first layer of a ResNet', () => {
  const first = [64, 65].map((size) => {
    const encoder = findEncoder('resnet18')(options({ size, width: 0.0625 })) as MapEncoder
    const side = scope(() => encoder.maps(ops.rand([2, 3, size, size]), TRAIN)[0]?.shape[2])
    disposeModule(encoder)
    return side
  })
  expect(first).toEqual([64, 17])
})

test.each([
  ['small', { name: 'small' }],
  ['resnet50', { name: 'resnet50', width: 1 }],
  ['resnet50x2', { name: 'resnet50', width: 2 }],
  ['resnet18x0.25', { name: 'resnet18', width: 0.25 }],
  ['resnet200x4', { name: 'resnet200', width: 4 }],
  ['vit-s/8', { name: 'vit-s', patch: 8 }],
  ['vit-mini', { name: 'vit-mini', patch: 4 }],
])("'%s' in short", (text, expected) => {
  expect(parseEncoder(text)).toEqual(expected)
})

test.each([
  ['resnt50x2', "there is no encoder 'resnt50': did you mean 'resnet50'?"],
  ['resnet50x', "there is no encoder 'resnet50x': did you mean 'resnet50'?"],
  [
    'resnet18x0',
    "expected a width and patch above 0 in the encoder 'resnet18x0': write for example resnet18x2",
  ],
  ['resnet18/8', "the encoder 'resnet18' has no option 'patch': there are: width, norm, firstLayer"],
  ['vit-sx2/8', "the encoder 'vit-s' has no option 'width': there are: patch, pool"],
  ['', /there is no encoder ''/],
  ['constructor', /there is no encoder 'constructor'/],
])("'%s' is refused in one sentence", (text, message) => {
  expect(() => parseEncoder(text)).toThrow(UsageError)
  expect(() => parseEncoder(text)).toThrow(message)
})

test('the table of names', () => {
  const names = [
    'small',
    'resnet18',
    'resnet34',
    'resnet50',
    'resnet101',
    'resnet152',
    'resnet200',
    'amdim',
    'cpc',
  ]
  expect(Object.keys(ENCODERS)).toEqual(expect.arrayContaining(names))
})
