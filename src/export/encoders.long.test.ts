/** Encoders at the size that people have, and the deepest there is. */
import { expect, test } from 'vitest'
import type { EncoderOptions } from '../learn/encoder/spec.js'
import { disposeModule, EVAL } from '../nn/index.js'
import { memory } from '../torch/index.js'
import { TOLERANCE } from './agreement.js'
import { agreed } from './testing/agreed.js'
import { optionsOf, trainedLike } from './testing/trained-like.js'

const codes = {
  atoms: 1024,
  directions: 384,
  outputs: 512,
  patch: 6,
  stride: 1,
  apart: 0.6,
  alike: 0.03,
  grid: 5,
}

const ENCODERS: [string, Partial<EncoderOptions>][] = [
  ['small', {}],
  ['resnet18', {}],
  ['resnet18', { size: 224 }],
  ['resnet34', { size: 96, norm: 'layer' }],
  ['resnet50', { size: 96, norm: 'group' }],
  ['resnet101', { size: 64, width: 0.25 }],
  ['resnet152', { size: 64, width: 0.25 }],
  ['resnet200', { size: 64, width: 0.25 }],
  ['cpc', { size: 16, width: 0.0625 }],
  ['amdim', { width: 0.25 }],
  ['amdim', { width: 0.02, size: 128 }],
  ['vit-ti', { patch: 16, size: 224 }],
  ['vit-s', { patch: 14, size: 98, registers: 4 }],
  ['vit-b', { patch: 32, size: 96, pool: 'mean' }],
  ['vit-l', { patch: 32, size: 64 }],
  ['patch-codes', codes],
  ['joined', { ...codes, mirrored: true, share: 0.5 }],
]

test.each(ENCODERS)('%s %j agrees to 1e-4', async (name, changes) => {
  const before = memory().tensors
  const options = optionsOf(changes)
  const encoder = trainedLike(name, options)
  const { channels, size } = options
  const { largest, onThreshold } = await agreed((x) => encoder.forward(x, EVAL), [channels, size, size])
  console.log(
    `${name} ${JSON.stringify(changes)}: ${largest.toExponential(1)}, on a threshold ${onThreshold}`,
  )
  expect(largest).toBeLessThan(TOLERANCE)
  disposeModule(encoder)
  expect(memory().tensors).toBe(before)
})
