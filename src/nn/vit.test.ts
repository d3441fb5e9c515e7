import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectClose, patterned } from '../../test/golden/golden.js'
import { SelfsameError, UsageError } from '../errors.js'
import { autocast, grad, manualSeed, memory, ops, scope, type Tensor, tensor } from '../torch/index.js'
import { SelfAttention } from './attention.js'
import { Block } from './block.js'
import { disposeModule, EVAL, parameters, stateDict, TRAIN } from './module.js'
import { sineCosine } from './positions.js'
import { fillByName } from './testing/by-name.js'
import { VisionTransformer, type VisionTransformerOptions } from './vit.js'

const { vit: golden } = JSON.parse(
  readFileSync(new URL('../../test/golden/vit.json', import.meta.url), 'utf8'),
)
const { config } = golden
const CLOSE = 2e-5
const TINY = { dim: 12, depth: 2, heads: 3, patch: 4, size: 12 }

let before: number
let net: VisionTransformer
beforeAll(() => {
  before = memory().tensors
  net = new VisionTransformer({ ...config, maskToken: true })
  fillByName(net, config.salt)
})
afterAll(() => {
  disposeModule(net)
  expect(memory().tensors).toBe(before)
})

function picture(height: number, width = height): Tensor {
  return patterned([config.batch, config.channels, height, width], config.picture)
}

/** Runs `body` with a network of its own, and frees it. */
function withNet(options: Partial<VisionTransformerOptions>, body: (net: VisionTransformer) => void): void {
  const one = new VisionTransformer({ ...TINY, ...options })
  try {
    scope(() => body(one))
  } finally {
    disposeModule(one)
  }
}

const mask = () => tensor(config.mask, undefined, 'bool')
const visible = () => tensor(config.visible, undefined, 'int64')

test("tokens are torchvision's at the home size", () => {
  scope(() => expectClose(net.tokens(picture(12), EVAL), golden.home, CLOSE))
})

test('tokens are those of DINO at other sizes, also of unequal sides', () => {
  scope(() => {
    for (const [i, [height, width]] of config.sizes.entries()) {
      expectClose(net.tokens(picture(height, width), EVAL), golden.others[i], CLOSE)
    }
  })
})

test('masked patches become the mask token at their place', () => {
  scope(() => expectClose(net.tokens(picture(12), EVAL, { mask: mask() }), golden.masked, CLOSE))
})

test('only the visible patches are looked at, in the order given', () => {
  scope(() => {
    const tokens = net.tokens(picture(12), EVAL, { visible: visible() })
    expect(tokens.shape).toEqual([2, 4, 12])
    expectClose(tokens, golden.visible, CLOSE)
    // all visible and masked is the same as masked alone
    const all = ops.arange(9).expand([2, -1])
    expectClose(net.tokens(picture(12), EVAL, { mask: mask(), visible: all }), golden.masked, CLOSE)
  })
})

test("the last block's attention is PyTorch's, its rows sum to 1", () => {
  scope(() => {
    const attention = net.attention(picture(12))
    expect(attention.shape).toEqual([2, 3, 10, 10])
    expectClose(attention, golden.attention, CLOSE)
    expect(attention.sum([-1]).sub(1).abs().max().item()).toBeLessThan(1e-6)
    expect(attention.requiresGrad).toBe(false)
  })
})

test('gradients are those of PyTorch, through the mask and the interpolation', () => {
  scope(() => {
    const gradients = (tokens: Tensor, names: string[]) => {
      const state = stateDict(net)
      const loss = tokens.mul(patterned(tokens.shape, config.direction)).sum()
      return grad(
        loss,
        names.map((name) => state.get(name) as Tensor),
      )
    }
    for (const [tokens, expected] of [
      [net.tokens(picture(12), TRAIN, { mask: mask() }), golden.gradients.home],
      [net.tokens(picture(8), TRAIN), golden.gradients.other],
    ] as const) {
      const names = Object.keys(expected)
      for (const [i, gradient] of gradients(tokens, names).entries()) {
        expectClose(gradient as Tensor, expected[names[i] as string], 1e-4)
      }
    }
  })
})

test("names and their order are timm's", () => {
  const block = ['norm1', 'attn.qkv', 'attn.proj', 'norm2', 'mlp.fc1', 'mlp.fc2']
  const names = [
    ['cls_token', 'pos_embed', 'patch_embed.proj.weight', 'patch_embed.proj.bias'],
    [0, 1].flatMap((i) =>
      block.flatMap((part) => [`blocks.${i}.${part}.weight`, `blocks.${i}.${part}.bias`]),
    ),
    ['norm.weight', 'norm.bias'],
  ].flat()
  withNet({}, (one) => expect([...stateDict(one).keys()]).toEqual(names))
})

test('what is never trained is no parameter', () => {
  withNet({ positions: 'fixed', frozenPatches: true }, (one) => {
    const trained = parameters(one)
    const fixed = [...stateDict(one).keys()].filter((name) => !trained.has(name))
    expect(fixed).toEqual(['pos_embed', 'patch_embed.proj.weight', 'patch_embed.proj.bias'])
    // the pictures' size may differ from home all the same
    expect(one.forward(picture(8), TRAIN).shape).toEqual([2, 12])
  })
})

test('the vector is the class token or the mean of the patches', () => {
  scope(() => {
    const tokens = net.tokens(picture(12), EVAL)
    expect(net.forward(picture(12), EVAL).toArray()).toEqual(tokens.select(1, 0).toArray())
  })
  withNet({ pool: 'mean' }, (one) => {
    const tokens = one.tokens(picture(12), EVAL)
    expectClose(one.forward(picture(12), EVAL), tokens.slice(1, 1).mean([1]).toArray(), 1e-6)
  })
})

test('starts normal with deviation 0.02, biases at 0', () => {
  withNet({ dim: 192, heads: 3 }, (one) => {
    const weight = one.blocks[0]?.mlp.fc1.weight as Tensor
    expect(weight.std().item()).toBeCloseTo(0.02, 3)
    expect(one.blocks[0]?.attn.qkv.bias?.abs().max().item()).toBe(0)
    expect(one.pos_embed.std().item()).toBeCloseTo(0.02, 2)
  })
})

test('dropped paths: never in evaluation, repeatable by seed, whole pictures at a time', () => {
  withNet({ dropPath: 0.5 }, (one) => {
    fillByName(one, config.salt)
    const x = picture(12).narrow(0, 0, 1).expand([64, -1, -1, -1])
    const still = one.forward(x, EVAL)
    expectClose(one.forward(x, EVAL), still.toArray(), 0)
    const draw = (seed: number) => {
      manualSeed(seed)
      return one.forward(x, TRAIN)
    }
    expect(draw(1).toArray()).toEqual(draw(1).toArray())
    expect(draw(1).toArray()).not.toEqual(draw(2).toArray())
    // the first block drops nothing, both branches of the second may go: four outcomes
    const found: Tensor[] = []
    for (const row of draw(3).unbind(0)) {
      if (!found.some((other) => row.sub(other).abs().max().item() < 1e-3)) found.push(row)
    }
    expect(found.length).toBe(4)
  })
})

test('a kept branch grows by what is dropped', () => {
  const block = new Block(12, 3, 0.75)
  fillByName(block, config.salt)
  scope(() => {
    manualSeed(4)
    const x = patterned([1, 5, 12], config.picture)
    const attended = x.add(block.attn.forward(block.norm1.forward(x)).mul(4))
    const expected = [x, attended].flatMap((y) => [
      y,
      y.add(block.mlp.forward(block.norm2.forward(y)).mul(4)),
    ])
    const seen = [0, 0, 0, 0]
    for (const row of block.forward(x.expand([400, -1, -1]), TRAIN).unbind(0)) {
      const at = expected.findIndex((one) => one.sub(row).abs().max().item() < 1e-4)
      expect(at).toBeGreaterThanOrEqual(0)
      seen[at] = (seen[at] as number) + 1
    }
    // shares 9/16, 3/16, 3/16, 1/16 of 400, within four deviations
    for (const [i, share] of [9, 3, 3, 1].entries()) {
      const deviation = Math.sqrt((400 * share * (16 - share)) / 256)
      expect(Math.abs((seen[i] as number) - 25 * share)).toBeLessThan(4 * deviation)
    }
  })
  disposeModule(block)
})

test('trains in bfloat16', () => {
  scope(() => {
    const weight = stateDict(net).get('blocks.0.attn.qkv.weight') as Tensor
    const gradient = (dtype: 'float32' | 'bfloat16') => {
      const tokens = autocast(dtype, () =>
        net.tokens(picture(8), TRAIN, {
          mask: ops.ones([2, 4], { dtype: 'bool' }),
          visible: ops.zeros([2, 3], { dtype: 'int64' }),
        }),
      )
      return grad(tokens.mul(patterned(tokens.shape, config.direction)).sum(), [weight])[0] as Tensor
    }
    const exact = gradient('float32')
    const error = gradient('bfloat16').sub(exact).norm().div(exact.norm()).item()
    expect(error).toBeLessThan(0.1)
    expect(error).toBeGreaterThan(0)
  })
})

test('errors are sentences', () => {
  scope(() => {
    expect(() => net.forward(picture(10, 12), EVAL)).toThrow(SelfsameError)
    expect(() => net.forward(picture(10, 12), EVAL)).toThrow(/multiples of 4, but got 10×12/)
  })
  withNet({}, (one) => {
    expect(() => one.tokens(picture(12), EVAL, { mask: mask() })).toThrow(/has no mask token/)
  })
  expect(() => new SelfAttention(12, 5)).toThrow(/12 and 5 heads/)
  // misuse, and so another exit code than a failure's
  const odd = () => new VisionTransformer({ ...TINY, size: 30 })
  expect(odd).toThrow(UsageError)
  expect(odd).toThrow(/multiples of 4, but got 30×30/)
  expect(() => sineCosine(6, 3)).toThrow(UsageError)
  expect(() => new SelfAttention(12, 7)).toThrow(UsageError)
  expect(() => sineCosine(6, 3)).toThrow(/multiple of 4, but got 6/)
})
