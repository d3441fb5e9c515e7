import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { expectClose, patterned } from '../../test/golden/golden.js'
import { autocast, grad, memory, noGrad, ops, scope, type Tensor, tensor } from '../torch/index.js'
import { disposeModule, EVAL, parameters, TRAIN } from './module.js'
import { fillByName } from './testing/by-name.js'
import { TokenDecoder } from './token-decoder.js'

const { vit, decoder: golden } = JSON.parse(
  readFileSync(new URL('../../test/golden/vit.json', import.meta.url), 'utf8'),
)
const { config } = golden

function withDecoder(body: (decoder: TokenDecoder, tokens: Tensor, visible: Tensor) => void): void {
  const before = memory().tensors
  const decoder = new TokenDecoder(config)
  fillByName(decoder, config.salt)
  scope(() => {
    const tokens = patterned([config.batch, 4, config.inputs], config.tokens)
    body(decoder, tokens, tensor(config.visible, undefined, 'int64'))
  })
  disposeModule(decoder)
  expect(memory().tensors).toBe(before)
}

test("agrees with MAE's order of things in PyTorch's own layers, gradients too", () => {
  withDecoder((decoder, tokens, visible) => {
    const y = decoder.forward(tokens, visible, TRAIN)
    expect(y.shape).toEqual([2, 9, 5])
    expectClose(y, golden.result, 2e-5)
    const loss = y.mul(patterned(y.shape, vit.config.direction)).sum()
    const [token, embed] = grad(loss, [decoder.mask_token, decoder.embed.weight]) as [Tensor, Tensor]
    expectClose(token, golden.gradients.mask_token, 1e-4)
    expectClose(embed, golden.gradients['embed.weight'], 1e-4)
  })
})

test("positions are MAE's, and not trained", () => {
  withDecoder((decoder) => {
    expectClose(decoder.pos_embed, golden.positions, 1e-6)
    expect(parameters(decoder).has('pos_embed')).toBe(false)
    expect(parameters(decoder).has('mask_token')).toBe(true)
  })
})

test('the order of the visible tokens does not matter when their places go with them', () => {
  withDecoder((decoder, tokens, visible) => {
    noGrad(() => {
      const order = tensor([0, 3, 1, 2], undefined, 'int64')
      const places = visible.index_select(1, tensor([2, 0, 1], undefined, 'int64'))
      const turned = decoder.forward(tokens.index_select(1, order), places, EVAL)
      expectClose(turned, decoder.forward(tokens, visible, EVAL).toArray(), 1e-6)
    })
  })
})

test('trains in bfloat16', () => {
  withDecoder((decoder, tokens, visible) => {
    const y = autocast('bfloat16', () => decoder.forward(tokens, visible, TRAIN))
    const [gradient] = grad(ops.mean(y.to('float32')), [decoder.mask_token]) as [Tensor]
    expect(y.dtype).toBe('bfloat16')
    expect(gradient.dtype).toBe('float32')
    expect(gradient.abs().max().item()).toBeGreaterThan(0)
  })
})
