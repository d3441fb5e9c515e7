import { afterEach, beforeEach, expect, test } from 'vitest'
import { expectClose, patterned } from '../../../test/golden/golden.js'
import { memory, noGrad, ops, scope, type Tensor, tensor } from '../../torch/index.js'
import {
  decodeSafetensors,
  disposeModule,
  EVAL,
  encodeSafetensors,
  type Module,
  ResNet,
  type ResNetDepth,
  stateDict,
  VisionTransformer,
} from '../index.js'
import { filledByRule, initGolden } from '../testing/init-golden.js'
import { resampled, resampledPatches } from './adapt.js'
import { adaptInto, type Translated, translateWeights } from './index.js'

let before: number
beforeEach(() => {
  before = memory().tensors
})
afterEach(() => expect(memory().tensors).toBe(before))

const vit = () => new VisionTransformer({ dim: 48, depth: 2, heads: 4, patch: 16, size: 64 })
const picture = () => patterned(initGolden.picture, 91)

/** Runs `body` with a network, which is freed. */
function using<M extends Module>(make: () => M, body: (network: M) => void): void {
  const network = make()
  try {
    scope(() => noGrad(() => body(network)))
  } finally {
    disposeModule(network)
  }
}

const renamed = (tensors: ReadonlyMap<string, Tensor>, name: (name: string) => string) =>
  new Map([...tensors].map(([key, value]) => [name(key), value]))

/** Features to 1e-5 of their root mean square, which is 1 to 460 with these weights. */
function expectSame(actual: Tensor, wanted: readonly number[]): void {
  const size = Math.sqrt(wanted.reduce((sum, value) => sum + value * value, 0) / wanted.length)
  expectClose(
    actual.div(size),
    wanted.map((value) => value / size),
    1e-5,
  )
}

/** By our names. */
function translated(given: ReadonlyMap<string, Tensor>): Translated {
  const found = translateWeights(given)
  if (!found) throw new Error('no layout')
  return found
}

/** torchvision's names of a transformer as other libraries have them. */
const TO_TIMM: readonly [RegExp, string][] = [
  [/^class_token$/, 'cls_token'],
  [/^encoder\.pos_embedding$/, 'pos_embed'],
  [/^conv_proj/, 'patch_embed.proj'],
  [/^encoder\.ln/, 'norm'],
  [/^encoder\.layers\.encoder_layer_/, 'blocks.'],
  [/\.ln_/, '.norm'],
  [/self_attention\.in_proj_/, 'attn.qkv.'],
  [/self_attention\.out_proj/, 'attn.proj'],
  [/mlp\.(0|linear_1)/, 'mlp.fc1'],
  [/mlp\.(3|linear_2)/, 'mlp.fc2'],
  [/^heads\.head/, 'head'],
]
const TO_TRANSFORMERS: readonly [RegExp, string][] = [
  [/^cls_token$/, 'embeddings.cls_token'],
  [/^pos_embed$/, 'embeddings.position_embeddings'],
  [/^patch_embed\.proj/, 'embeddings.patch_embeddings.projection'],
  [/^norm\./, 'layernorm.'],
  [/^blocks\./, 'encoder.layer.'],
  [/norm1/, 'layernorm_before'],
  [/norm2/, 'layernorm_after'],
  [/attn\.proj/, 'attention.output.dense'],
  [/attn\./, 'attention.attention.'],
  [/mlp\.fc1/, 'intermediate.dense'],
  [/mlp\.fc2/, 'output.dense'],
  [/^head\./, 'classifier.'],
]
const by = (rules: readonly [RegExp, string][]) => (name: string) =>
  rules.reduce((now, [from, to]) => now.replace(from, to), name)

/** With queries, keys and values apart. */
function parted(tensors: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map(
    [...tensors].flatMap(([name, value]) => {
      if (!name.includes('.qkv.')) return [[name, value] as const]
      const parts = value.chunk(3)
      return ['query', 'key', 'value'].map(
        (part, i) => [name.replace('qkv', part), parts[i] as Tensor] as const,
      )
    }),
  )
}
const asTimm = () => renamed(filledByRule(initGolden.vit.names), by(TO_TIMM))
const asTransformers = () => renamed(parted(asTimm()), by(TO_TRANSFORMERS))

test.each([
  [18, initGolden.resnet18],
  [50, initGolden.resnet50],
] as const)('a torchvision ResNet-%i: strict both ways, features to 1e-5', (depth, { names, features }) => {
  using(
    () => new ResNet({ depth: depth as ResNetDepth }),
    (network) => {
      const file = encodeSafetensors(filledByRule(names))
      const { layout, tensors, beside } = translated(decodeSafetensors(file).tensors)
      expect(layout).toBe('torchvision or timm ResNet')
      expect(beside).toEqual(['fc.weight', 'fc.bias'])
      const own = stateDict(network)
      expect(adaptInto(own, tensors)).toEqual({ taken: own.size, of: own.size, changes: [] })
      expectSame(network.forward(picture(), EVAL), features)
      // what is written is what torchvision loads strictly
      const { 'fc.weight': _, 'fc.bias': __, ...wanted } = names
      expect(Object.fromEntries([...own].map(([name, { shape }]) => [name, [...shape]]))).toEqual(wanted)
    },
  )
})

test.each<[string, string, () => Map<string, Tensor>, string[]]>([
  [
    'torchvision',
    'torchvision vision transformer',
    () => filledByRule(initGolden.vit.names),
    ['heads.head.weight', 'heads.head.bias'],
  ],
  ['timm', 'timm or DINO vision transformer', asTimm, ['head.weight', 'head.bias']],
  [
    'transformers',
    'transformers vision transformer',
    asTransformers,
    ['classifier.weight', 'classifier.bias'],
  ],
  [
    'wrapped transformers',
    'transformers vision transformer',
    () => renamed(asTransformers(), (name) => (name.startsWith('classifier') ? name : `vit.${name}`)),
    ['classifier.weight', 'classifier.bias'],
  ],
  [
    'twice wrapped timm',
    'timm or DINO vision transformer',
    () => renamed(asTimm(), (name) => `module.backbone.${name}`),
    ['module.backbone.head.weight', 'module.backbone.head.bias'],
  ],
])('a vision transformer of %s gives torchvision’s features', (_, layout, make, beside) => {
  using(vit, (network) => {
    const found = translated(make())
    expect(found).toMatchObject({ layout, beside })
    const own = stateDict(network)
    expect(adaptInto(own, found.tensors)).toEqual({ taken: own.size, of: own.size, changes: [] })
    expectSame(network.forward(picture(), EVAL), initGolden.vit.features)
  })
})

test('our transformer has timm’s names, strictly', () => {
  using(vit, (network) => {
    const theirs = [...asTimm().keys()].filter((name) => !name.startsWith('head'))
    expect([...stateDict(network).keys()].sort()).toEqual(theirs.sort())
  })
})

test.each([
  ['DINOv2', (block: number, i: number) => `blocks.${block}.ls${i}.gamma`, asTimm],
  [
    'transformers’ DINOv2',
    (block: number, i: number) => `encoder.layer.${block}.layer_scale${i}.lambda1`,
    asTransformers,
  ],
] as const)('layer scales of %s are folded: each branch is multiplied by its own', (_, name, make) => {
  using(vit, (network) => {
    const x = patterned([2, 5, 48], 93)
    const scales = [1, 2].map((i) => patterned([48], 93 + i, 0.2, 2)) as [Tensor, Tensor]
    const given = make()
    given.set(make === asTimm ? 'mask_token' : 'embeddings.mask_token', ops.zeros([1, 48]))
    for (const block of [0, 1]) for (const i of [1, 2]) given.set(name(block, i), scales[i - 1] as Tensor)
    const plain = translated(make()).tensors
    adaptInto(stateDict(network), plain)
    const [block] = network.blocks
    if (!block) throw new Error('no block')
    const attended = x.add(block.attn.forward(block.norm1.forward(x)).mul(scales[0]))
    const wanted = attended.add(block.mlp.forward(block.norm2.forward(attended)).mul(scales[1]))
    const { changes } = adaptInto(stateDict(network), translated(given).tensors)
    expect(changes).toEqual(['mask_token was not needed'])
    expectClose(block.forward(x, EVAL), wanted.flatten().toArray() as number[], 1e-5)
  })
})

test('names of transformers’ ResNet', () => {
  scope(() => {
    const statistics = ['weight', 'bias', 'running_mean', 'running_var']
    const names = [
      'embedder.embedder.convolution.weight',
      ...statistics.map((part) => `embedder.embedder.normalization.${part}`),
      'encoder.stages.0.layers.0.layer.0.convolution.weight',
      'encoder.stages.1.layers.0.shortcut.convolution.weight',
      'encoder.stages.1.layers.0.shortcut.normalization.running_var',
      'encoder.stages.3.layers.0.layer.1.normalization.bias',
    ].map((name) => `resnet.${name}`)
    const one = tensor([1])
    const { tensors, layout } = translated(
      new Map([...names, 'classifier.1.weight'].map((name) => [name, one])),
    )
    expect(layout).toBe('transformers ResNet')
    expect([...tensors.keys()]).toEqual([
      'conv1.weight',
      ...statistics.map((part) => `bn1.${part}`),
      'layer1.0.conv1.weight',
      'layer2.0.downsample.0.weight',
      'layer2.0.downsample.1.running_var',
      'layer4.0.bn2.bias',
    ])
  })
})

test('positions are resized as PyTorch does, the class token’s kept', () => {
  scope(() => {
    const positions = patterned([1, 1 + 14 * 14, 3], 92)
    for (const [side, wanted] of Object.entries(initGolden.resized)) {
      const resized = resampled(positions, Number(side))
      expectClose(resized.narrow(1, 0, 1), positions.narrow(1, 0, 1).flatten().toArray() as number[], 0)
      expectClose(resized.narrow(1, 1, Number(side) ** 2), wanted, 1e-5)
    }
  })
})

test('grey pictures: a summed stem sees in them what the colour stem sees in three equal channels', () => {
  using(
    () => new ResNet({ depth: 18, channels: 1 }),
    (network) => {
      const { tensors } = translated(filledByRule(initGolden.resnet18.names))
      const { changes } = adaptInto(stateDict(network), tensors)
      expect(changes).toEqual(['conv1.weight was summed over its 3 channels'])
      const grey = patterned([1, 1, 64, 64], 94)
      const own = network.forward(grey, EVAL)
      using(
        () => new ResNet({ depth: 18 }),
        (colour) => {
          adaptInto(stateDict(colour), tensors)
          const wanted = colour.forward(grey.expand([-1, 3, -1, -1]), EVAL)
          expectClose(own, wanted.flatten().toArray() as number[], 1e-4)
        },
      )
    },
  )
})

test('five channels: the three are repeated in turn, times three fifths', () => {
  using(
    () => new ResNet({ depth: 18, channels: 5 }),
    (network) => {
      const given = filledByRule(initGolden.resnet18.names)
      const { changes } = adaptInto(stateDict(network), translated(given).tensors)
      expect(changes).toEqual(['conv1.weight was repeated from 3 to 5 channels'])
      const theirs = given.get('conv1.weight') as Tensor
      for (const [channel, from] of [0, 1, 2, 0, 1].entries()) {
        const wanted = theirs.select(1, from).mul(0.6).flatten().toArray() as number[]
        expectClose(network.conv1.weight.select(1, channel), wanted, 1e-6)
      }
    },
  )
})

test('another stem stays new, and that is said; older files lack counters', () => {
  using(
    () => new ResNet({ depth: 18, stem: 'cifar' }),
    (network) => {
      const { tensors } = translated(filledByRule(initGolden.resnet18.names))
      for (const name of [...tensors.keys()]) if (name.endsWith('num_batches_tracked')) tensors.delete(name)
      const began = network.conv1.weight.clone()
      const { taken, of, changes } = adaptInto(stateDict(network), tensors)
      expect(changes).toEqual(['conv1.weight is new, as the stem there is of 7×7 pixels and here of 3×3'])
      expect([taken, of]).toEqual([99, 120])
      expectClose(network.conv1.weight, began.flatten().toArray() as number[], 0)
    },
  )
})

test('what does not fit is named, and nothing is copied', () => {
  using(
    () => new ResNet({ depth: 18 }),
    (network) => {
      const { tensors } = translated(filledByRule(initGolden.resnet18.names))
      const began = (stateDict(network).get('bn1.running_mean') as Tensor).clone()
      const fails = (change: (map: Map<string, Tensor>) => void, sentence: RegExp) => {
        const map = new Map(tensors)
        change(map)
        expect(() => adaptInto(stateDict(network), map)).toThrow(sentence)
      }
      fails((map) => map.delete('layer3.0.conv2.weight'), /they lack 'layer3\.0\.conv2\.weight'/)
      fails(
        (map) => map.set('layer1.2.conv1.weight', tensor([1])),
        /they hold 'layer1\.2\.conv1\.weight', which it has not/,
      )
      fails((map) => map.set('bn1.bias', ops.zeros([32])), /'bn1\.bias' is \[32\] where \[64\] is needed/)
      fails((map) => map.set('conv1.weight', ops.zeros([64, 4, 7, 7])), /only weights for 3 channels/)
      expectClose(stateDict(network).get('bn1.running_mean') as Tensor, began.toArray() as number[], 0)
    },
  )
})

test('a projection of patches is resized as PyTorch’s least squares do', () => {
  scope(() => {
    const projection = patterned([2, 3, 8, 8], 97)
    for (const [side, wanted] of Object.entries(initGolden.projections))
      expectClose(resampledPatches(projection, Number(side)), wanted, 1e-5)
  })
})

test('patches of another size: larger ones, enlarged, make the same tokens, and both changes of the layer are said', () => {
  using(
    () => new VisionTransformer({ dim: 48, depth: 2, heads: 4, patch: 20, channels: 1, size: 80 }),
    (network) => {
      const { tensors } = translated(asTimm())
      expect(adaptInto(stateDict(network), tensors).changes).toEqual([
        'patch_embed.proj.weight was summed over its 3 channels and resized from patches of 16×16 px to 20×20',
      ])
      const own = patterned([5, 1, 16, 16], 98)
      const enlarged = ops.upsample_bilinear2d(own, [20, 20], false)
      const { weight, bias } = network.patch_embed.proj
      const theirs = (tensors.get('patch_embed.proj.weight') as Tensor).sum([1])
      const wanted = ops.linear(own.flatten(1), theirs.flatten(1), bias)
      expectClose(
        ops.linear(enlarged.flatten(1), weight.flatten(1), bias),
        wanted.toArray() as number[],
        1e-4,
      )
    },
  )
})

/** With the tokens of make_init.py. */
const withRegisters = (given: Map<string, Tensor>, name: string) => given.set(name, patterned([1, 4, 48], 96))

/** timm's: what the class token's position says is in the token itself. */
function placedClass(given: Map<string, Tensor>): Map<string, Tensor> {
  const [token, positions] = [given.get('cls_token'), given.get('pos_embed')] as [Tensor, Tensor]
  given.set('cls_token', token.add(positions.narrow(1, 0, 1)))
  return given.set('pos_embed', positions.narrow(1, 1, 16))
}

test.each<[string, () => Map<string, Tensor>]>([
  ['DINOv2', () => withRegisters(asTimm(), 'register_tokens')],
  ['timm', () => withRegisters(placedClass(asTimm()), 'reg_token')],
  ['transformers', () => withRegisters(asTransformers(), 'embeddings.register_tokens')],
])('register tokens of %s: PyTorch’s features; tokens and attention are of the others alone', (_, make) => {
  using(
    () => new VisionTransformer({ dim: 48, depth: 2, heads: 4, patch: 16, size: 64, registers: 4 }),
    (network) => {
      const own = stateDict(network)
      const { tensors } = translated(make())
      expect(adaptInto(own, tensors)).toEqual({ taken: own.size, of: own.size, changes: [] })
      expectSame(network.forward(picture(), EVAL), initGolden.registers)
      expect(network.tokens(picture(), EVAL).shape).toEqual([2, 17, 48])
      expect(network.attention(picture()).shape).toEqual([2, 4, 17, 17])
      expect(() => adaptInto(own, translated(asTimm()).tensors)).toThrow(/they lack 'reg_token'/)
    },
  )
})

test('what has no place here is refused in a sentence', () => {
  scope(() => {
    const withOne = (name: string) => new Map([...asTimm(), [name, tensor([1])]])
    expect(() => translateWeights(withOne('blocks.0.attn.q_norm.weight'))).toThrow(/no place/)
    const half = asTransformers()
    half.delete('encoder.layer.0.attention.attention.key.bias')
    expect(() => translateWeights(half)).toThrow(/without its keys and values/)
    expect(translateWeights(new Map([['features.0.weight', tensor([1])]]))).toBeUndefined()
    expect(translateWeights(new Map([['__proto__', tensor([1])]]))).toBeUndefined()
  })
})
