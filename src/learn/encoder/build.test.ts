import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Encoder, MapEncoder } from '../../encode/encoder.js'
import { UsageError } from '../../errors.js'
import { disposeModule, Linear, parameters, stateDict } from '../../nn/index.js'
import { memory, ops, scope, type Tensor } from '../../torch/index.js'
import type { Method } from '../method.js'
import { findMethod } from '../methods/index.js'
import { type Overrides, resolveSettings } from '../settings.js'
import { type Branch, createState, disposeState, representation, stateTensors } from '../state.js'
import { packed } from '../testing/packed.js'
import { takeStep } from '../testing/take-step.js'
import { buildEncoder, sizeMultiple } from './build.js'
import type { EncoderFactory, EncoderOptions } from './spec.js'

const FACTS = { pictures: 32, channels: 3, nativeSize: 16 }
const TINY: Overrides = { batch: 8, warmup: 0, projector: { hidden: 8, outputs: 4 } }
const PLAN = { stepsPerEpoch: 4, totalSteps: 8 }

let before: number
beforeAll(() => {
  before = memory().tensors
})
afterAll(() => expect(memory().tensors).toBe(before))

const settingsOf = (method: Method, overrides: Overrides = {}) =>
  resolveSettings(method, 'small', { ...TINY, ...overrides }, FACTS, 'float32')
const build = (method: Method, overrides: Overrides = {}) =>
  buildEncoder(settingsOf(method, overrides), method)

/** A plain object: colours, then a linear map. */
function colours({ channels }: Pick<EncoderOptions, 'channels'>) {
  const linear = new Linear(channels, 6)
  return {
    linear,
    features: 6,
    forward: (x: Tensor) => linear.forward(x.mean([2, 3])),
  }
}

test('any object with features and forward is an encoder: it is trained, followed, saved and used', () => {
  const asked: EncoderOptions[] = []
  const encoder: EncoderFactory = (options) => {
    asked.push(options)
    return colours(options)
  }
  const method: Method = { ...findMethod('byol'), encoder }
  const state = createState(settingsOf(method, { target: { tau: 0.5, schedule: 'constant' } }), method)
  // one for each network, made for the pictures and views of the run
  expect(asked.map(({ channels, size, maskToken }) => [channels, size, maskToken])).toEqual(
    Array(2).fill([3, state.settings.size, false]),
  )
  const names = [...stateTensors(state).keys()]
  for (const side of ['online', 'target'])
    for (const part of ['weight', 'bias']) expect(names).toContain(`${side}.encoder.linear.${part}`)
  const weights = () =>
    [state.online, state.target].map((branch) =>
      ((branch as Branch).encoder as ReturnType<typeof colours>).linear.weight.toArray(),
    )
  const start = weights()
  const { loss, projections } = takeStep(state, [packed(Array(8).fill([16, 16]), 3)], PLAN)
  for (const one of projections) one.dispose()
  expect(Number.isFinite(loss)).toBe(true)
  const after = weights()
  for (const side of [0, 1]) expect(after[side]).not.toEqual(start[side])
  scope(() => {
    const features = representation(state).forward(ops.rand([5, 3, 16, 16]), { training: false })
    expect(features.shape).toEqual([5, 6])
  })
  disposeState(state)
})

test('what an own encoder can do besides decides which methods it fits', () => {
  const withMaps = (options: EncoderOptions): MapEncoder => ({
    ...colours(options),
    features: 3,
    mapChannels: [3],
    maps: (x) => [x],
    pool: (map) => map.mean([2, 3]),
  })
  const densecl: Method = { ...findMethod('densecl'), encoder: withMaps }
  const encoder = build(densecl)
  expect((encoder as MapEncoder).mapChannels).toEqual([3])
  disposeModule(encoder)
})

function refused(method: Method, overrides: Overrides = {}): string {
  try {
    build(method, overrides)
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return (error as Error).message
  }
  throw new Error('it was not refused')
}

test.each<[string, Overrides['encoder'], RegExp]>([
  [
    'densecl',
    'vit-mini/4',
    /^densecl compares pooled vector and last map, .*'vit-mini' .*: use small, a resnet or amdim$/,
  ],
  ['amdim', 'vit-mini/4', /^amdim compares maps at three depths, .*: use small, a resnet or amdim$/],
  [
    'ibot',
    'resnet18',
    /^ibot compares class and patch tokens, .*'resnet18' .*: use a vision transformer, such as vit-mini\/4/,
  ],
  [
    'mae',
    'small',
    /^mae compares visible patch tokens, .*'small' .*: use a vision transformer, such as vit-mini\/4/,
  ],
])('%s cannot have %s', (name, encoder, message) => {
  const text = refused(findMethod(name), { encoder })
  expect(text).toMatch(message)
  expect(text).not.toMatch(/\n/)
})

test('an own encoder that cannot give maps is refused by what the settings call it', () => {
  const method: Method = { ...findMethod('densecl'), encoder: colours as EncoderFactory }
  expect(refused(method, { encoder: { name: 'colours' } })).toMatch(
    /'colours' does not give: use small, a resnet/,
  )
})

test.each([
  ['byol', 'vit-mini/4', false],
  ['mae', 'vit-mini/4', false],
  ['ibot', 'vit-mini/4', true],
])('%s on %s: a mask token %s', (name, encoder, there) => {
  const vit = build(findMethod(name), { encoder })
  expect(stateDict(vit).has('mask_token')).toBe(there)
  expect(parameters(vit).has('mask_token')).toBe(there)
  disposeModule(vit)
})

test('views are multiples of a patch, or of what a convolutional encoder halves away', () => {
  const grains = [
    build(findMethod('byol')),
    build(findMethod('byol'), { encoder: 'vit-mini/4', size: 16 }),
    build(findMethod('byol'), { encoder: 'vit-mini/8', size: 16 }),
    build({ ...findMethod('byol'), encoder: colours as (options: EncoderOptions) => Encoder }),
  ].map((encoder) => {
    disposeModule(encoder)
    return sizeMultiple(encoder)
  })
  expect(grains).toEqual([4, 4, 8, 4])
})
