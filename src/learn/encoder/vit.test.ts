import { expect, test } from 'vitest'
import { disposeModule, EVAL, parameterCount, stateDict } from '../../nn/module.js'
import { memory, noGrad, ops, scope } from '../../torch/index.js'
import type { EncoderOptions } from './spec.js'
import { VITS } from './vit.js'

const OPTIONS: EncoderOptions = {
  channels: 3,
  size: 224,
  width: 1,
  norm: 'batch',
  firstLayer: 'random',
  patch: 16,
  pool: 'class',
  positions: 'learned',
  frozenPatches: false,
  dropPath: 0,
  registers: 0,
}

// timm's numbers less their classifier of 1,000 classes
test.each([
  ['vit-ti', 5_717_416 - 193_000],
  ['vit-s', 22_050_664 - 385_000],
  ['vit-b', 86_567_656 - 769_000],
] as const)("%s has as many parameters as timm's, and frees them all", (name, count) => {
  const before = memory().tensors
  const net = VITS[name](OPTIONS)
  expect(parameterCount(net)).toBe(count)
  disposeModule(net)
  expect(memory().tensors).toBe(before)
})

test('a small one for small pictures, with what it was asked for', () => {
  const options = { ...OPTIONS, channels: 1, size: 28, patch: 4, maskToken: true }
  const net = VITS['vit-mini']({ ...options, positions: 'fixed', frozenPatches: true })
  scope(() =>
    noGrad(() => {
      const x = ops.rand([2, 1, 28, 28])
      expect(net.forward(x, EVAL).shape).toEqual([2, net.features])
      expect(net.tokens(x, EVAL).shape).toEqual([2, 1 + 49, 128])
      expect(net.attention(x).shape).toEqual([2, 4, 50, 50])
    }),
  )
  const state = stateDict(net)
  expect(state.has('mask_token')).toBe(true)
  expect(state.get('pos_embed')?.requiresGrad).toBe(false)
  expect(state.get('patch_embed.proj.weight')?.requiresGrad).toBe(false)
  disposeModule(net)
})
