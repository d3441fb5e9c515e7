import { afterAll, beforeAll, expect, test } from 'vitest'
import { stream } from '../encode/random.js'
import { pixelSource } from '../images/arrays/pixels.js'
import { EVAL } from '../nn/index.js'
import { memory, noGrad, ops, scope } from '../torch/index.js'
import { findMethod } from './methods/index.js'
import { type Overrides, resolveSettings } from './settings.js'
import { createState, disposeState, representation, stateTensors, type TrainingState } from './state.js'
import { train } from './train.js'
import { untrainedState } from './untrained.js'

const PICTURES = 40
const draw = stream(7)
const data = Uint8Array.from({ length: PICTURES * 3 * 256 }, () => Math.floor(draw() * 256))
const source = pixelSource({ name: 'noise', part: 'train', data, height: 16, width: 16, channels: 3 })
const facts = { pictures: PICTURES, channels: 3, nativeSize: 16 }
const byol = findMethod('byol')
const TINY: Overrides = { size: 16, batch: 16, epochs: 1, projector: { hidden: 8, outputs: 4 }, warmup: 0 }

let before: number
beforeAll(() => {
  before = memory().tensors
})
afterAll(() => expect(memory().tensors).toBe(before))

const bytesOf = (state: TrainingState, wanted: RegExp) =>
  [...stateTensors(state)].flatMap(([name, one]) =>
    wanted.test(name) ? [[name, Buffer.from(one.bytes())]] : [],
  )

test.each<[string, Overrides]>([
  ['whitened filters', { encoder: { name: 'small', firstLayer: 'whitening' } }],
  ['data-dependent norms', { encoder: { name: 'small', norm: 'data' }, projector: { norm: 'data' } }],
])('%s of an untrained network are those that training begins with', async (_, change) => {
  // these leave weights as the first step found them
  const overrides = {
    ...TINY,
    ...change,
    projector: { ...TINY.projector, ...change.projector },
    learningRate: 0,
    target: { tau: 1 },
  }
  const settings = resolveSettings(byol, 'small', overrides, facts, 'float32')
  const fresh = createState(settings, byol)
  const untrained = await untrainedState(settings, byol, source)
  const trained = createState(settings, byol)
  for await (const event of train(trained, source)) if (event.type === 'step') break
  const weights = /^(online|target)\..*(weight|bias)$/
  expect(bytesOf(untrained, weights)).toEqual(bytesOf(trained, weights))
  expect(bytesOf(untrained, weights)).not.toEqual(bytesOf(fresh, weights))
  for (const state of [fresh, untrained, trained]) disposeState(state)
})

test('an untrained network is judged by the statistics of its own activations', async () => {
  const settings = resolveSettings(byol, 'small', TINY, facts, 'float32')
  const untrained = await untrainedState(settings, byol, source)
  const running = [...stateTensors(untrained)].filter(([name]) =>
    /^online\.encoder.*running_mean$/.test(name),
  )
  expect(running.length).toBeGreaterThan(2)
  for (const [, mean] of running) expect(scope(() => mean.abs().max().item())).toBeGreaterThan(0)
  const features = scope(() =>
    noGrad(() =>
      representation(untrained)
        .forward(ops.rand([2, 3, 16, 16]), EVAL)
        .toArray(),
    ),
  )
  expect(features.every(Number.isFinite)).toBe(true)
  disposeState(untrained)
})

test('where the pictures cannot be read nothing is left behind', async () => {
  const settings = resolveSettings(byol, 'small', TINY, facts, 'float32')
  const broken = { ...source, read: () => Promise.reject(new Error('the disk is gone')) }
  await expect(untrainedState(settings, byol, broken)).rejects.toThrow('the disk is gone')
})
