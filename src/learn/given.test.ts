import { expect, test } from 'vitest'
import { expectClose } from '../../test/golden/golden.js'
import { stateDict, type VisionTransformer } from '../nn/index.js'
import { initGolden } from '../nn/testing/init-golden.js'
import { memory, scope, type Tensor, tensor } from '../torch/index.js'
import { encoderOfWeights } from './encoder/of-weights.js'
import { type GivenFacts, giveWeights, sidesFor } from './given.js'
import { findMethod } from './methods/index.js'
import { planRun } from './schedule.js'
import { type Overrides, resolveSettings } from './settings.js'
import { createState, disposeState, type TrainingState } from './state.js'
import { ratesAt } from './step.js'
import { packed } from './testing/packed.js'
import { takeStep } from './testing/take-step.js'

const TINY: Overrides = {
  encoder: 'small',
  size: 8,
  batch: 8,
  projector: { hidden: 8, outputs: 4 },
  predictor: { hidden: 8 },
}
const FACTS = { pictures: 8, channels: 3, nativeSize: 8 }
const byol = findMethod('byol')
const settingsOf = (overrides: Overrides = {}, init: GivenFacts | undefined = {}, method = byol) =>
  resolveSettings(method, 'small', { ...TINY, ...overrides }, FACTS, 'float32', init)

function withState(body: (state: TrainingState) => void, overrides: Overrides = {}): void {
  const before = memory().tensors
  const state = createState(settingsOf(overrides), byol)
  try {
    body(state)
  } finally {
    disposeState(state)
    expect(memory().tensors).toBe(before)
  }
}

const numbers = (tensors: Iterable<Tensor>) =>
  scope(() => [...tensors].flatMap((one) => one.flatten().toArray() as number[]))

test('the recipe: a fifth of the passes, the encoder at a tenth of the rate, heads first; one’s own numbers come before', () => {
  const scratch = resolveSettings(byol, 'small', TINY, FACTS, 'float32')
  const given = settingsOf()
  expect(given.epochs).toBeCloseTo(scratch.epochs / 5)
  expect(given.given).toEqual({ learningRate: 0.1, frozen: 0.1 })
  expect(scratch).not.toHaveProperty('given')
  expect(settingsOf({ epochs: 7, given: { frozen: 0 } })).toMatchObject({
    epochs: 7,
    given: { learningRate: 0.1, frozen: 0 },
  })
  expect(() => resolveSettings(byol, 'small', { given: { frozen: 0 } }, FACTS, 'float32')).toThrow(/`init`/)
})

test('the encoder, its sides and its input follow the weights, unless they are asked for otherwise', () => {
  const input = { mean: [0.1, 0.2, 0.3], std: [1, 2, 3] }
  const facts = { encoder: { name: 'vit-s', patch: 16 }, size: 96, evalSize: 128, input }
  const { encoder: _, size: __, ...rest } = TINY
  const followed = resolveSettings(byol, 'small', rest, FACTS, 'float32', facts)
  expect(followed).toMatchObject({ encoder: facts.encoder, size: 96, evalSize: 128, input })
  expect(settingsOf({}, facts)).toMatchObject({ encoder: { name: 'small' }, size: 8, evalSize: 8 })
  const patches = settingsOf({ encoder: { patch: 20 }, size: undefined }, facts)
  expect(patches).toMatchObject({ encoder: { name: 'vit-s', patch: 20 }, size: 100, evalSize: 120 })
  const grey = { ...FACTS, channels: 1 }
  expect(resolveSettings(byol, 'small', rest, grey, 'float32', facts).input.mean).toHaveLength(1)
  // the small preset would whiten the first layer
  expect(resolveSettings(byol, 'small', rest, FACTS, 'float32', {}).encoder).toMatchObject({
    name: 'small',
    firstLayer: 'random',
  })
})

test.each([
  [224, 1, { size: 96, evalSize: 128 }],
  [224, 16, { size: 96, evalSize: 128 }],
  [518, 14, { size: 98, evalSize: 126 }],
  [32, 4, { size: 32, evalSize: 32 }],
])('of weights for %i px and multiples of %i', (side, multiple, wanted) => {
  expect(sidesFor(side, multiple)).toEqual(wanted)
})

test('the encoder of weights by their shapes', () => {
  const shapes = (names: Record<string, number[]>) =>
    new Map(Object.entries(names).map(([name, shape]) => [name, { shape }]))
  expect(encoderOfWeights(shapes(initGolden.resnet18.names))).toEqual({
    encoder: { name: 'resnet18', width: 1 },
    side: 224,
    multiple: 1,
  })
  expect(encoderOfWeights(shapes(initGolden.resnet50.names))?.encoder).toEqual({ name: 'resnet50', width: 1 })
  const vit = (dim: number, depth: number, more: Record<string, number[]> = {}) =>
    shapes({
      ...more,
      'patch_embed.proj.weight': [dim, 3, 14, 14],
      pos_embed: [1, 1 + 37 ** 2, dim],
      ...Object.fromEntries(Array.from({ length: depth }, (_, i) => [`blocks.${i}.norm1.bias`, [dim]])),
    })
  const small = { encoder: { name: 'vit-s', patch: 14 }, side: 518, multiple: 14 }
  expect(encoderOfWeights(vit(384, 12))).toEqual(small)
  expect(encoderOfWeights(vit(1024, 24, { reg_token: [1, 4, 1024] }))?.encoder).toEqual({
    name: 'vit-l',
    patch: 14,
    registers: 4,
  })
  expect(() => encoderOfWeights(vit(1280, 32))).toThrow(/width 1280 and 32 blocks, and there are vit-mini/)
  const { 'layer1.0.conv1.weight': _, ...odd } = initGolden.resnet18.names
  const shorter = Object.fromEntries(Object.entries(odd).filter(([name]) => !name.startsWith('layer1.0.')))
  expect(() => encoderOfWeights(shapes(shorter))).toThrow(/1, 2, 2, 2 blocks/)
  expect(encoderOfWeights(shapes({ a: [1] }))).toBeUndefined()
})

test('online and target network both begin with the given encoder; heads stay new', () => {
  withState((state) => {
    const { online, target } = state
    const weights = new Map(
      [...stateDict(online.encoder)].map(
        ([name, one]) => [name, scope(() => one.clone().zero_().add(2))] as const,
      ),
    )
    const heads = numbers(stateDict(target?.projector ?? {}).values())
    expect(giveWeights(state, weights)).toMatchObject({ changes: [] })
    for (const branch of [online, target]) {
      const all = numbers(stateDict(branch?.encoder ?? {}).values())
      expect(all.every((value) => value === 2)).toBe(true)
    }
    expect(numbers(stateDict(target?.projector ?? {}).values())).toEqual(heads)
    for (const one of weights.values()) one.dispose()
  })
})

test('heads learn alone at first, then the encoder at its share of the rate', () => {
  withState(
    (state) => {
      const plan = planRun(state.settings, 8)
      expect(plan.totalSteps).toBe(10)
      const trained = () => numbers(state.given.map((i) => state.trained[i] as Tensor))
      const heads = () => numbers(stateDict(state.online.projector).values())
      const step = () => {
        const pictures = packed(Array(8).fill([8, 9]), 3)
        for (const one of takeStep(state, [pictures], plan).projections) one.dispose()
      }
      const [before, beforeHeads] = [trained(), heads()]
      step()
      step()
      expect(trained()).toEqual(before)
      expect(heads()).not.toEqual(beforeHeads)
      step()
      expect(trained()).not.toEqual(before)
      const { network, encoder: rate } = ratesAt(state, plan)
      expect(rate).toBeCloseTo(network / 10, 12)
    },
    { epochs: 10, given: { frozen: 0.2 } },
  )
})

test('an encoder that takes its beginning from pictures is refused', () => {
  withState((state) => expect(() => giveWeights(state, new Map())).toThrow(/would replace given weights/), {
    encoder: { name: 'small', firstLayer: 'whitening' },
  })
})

test('a vision transformer’s weights with other channels and places', () => {
  const settings = settingsOf({ encoder: 'vit-mini/4', size: 16 })
  const before = memory().tensors
  const state = createState(settings, byol)
  scope(() => {
    const own = stateDict(state.online.encoder)
    const given = new Map([...own, ['pos_embed', tensor(new Float32Array(128 * 65).fill(1), [1, 65, 128])]])
    expect(giveWeights(state, given).changes).toEqual(['pos_embed was resized from 8×8 places to 4×4'])
    const { pos_embed } = state.online.encoder as unknown as VisionTransformer
    expectClose(pos_embed, new Array(17 * 128).fill(1), 1e-5)
  })
  disposeState(state)
  expect(memory().tensors).toBe(before)
})
