import { expect, test } from 'vitest'
import { stream } from '../encode/random.js'
import { pixelSource } from '../images/arrays/pixels.js'
import { findMethod } from '../learn/methods/index.js'
import { type Overrides, resolveSettings } from '../learn/settings.js'
import { memory } from '../torch/index.js'
import type { TrialPictures } from './pictures.js'
import { runTrial } from './run-trial.js'
import { type Trial, trialId } from './trial.js'

/** Pictures of two classes, dark and bright. */
function made(count: number, key: number) {
  const draw = stream(key)
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2)
  const data = Uint8Array.from({ length: count * 3 * 256 }, (_, i) => {
    const bright = labels[Math.floor(i / 768)] === 1
    return Math.floor(draw() * 128) + (bright ? 127 : 0)
  })
  const shape = { height: 16, width: 16, channels: 3 }
  return pixelSource({ name: 'made', part: 'train', data, ...shape, labels, classes: ['dark', 'bright'] })
}

const byol = findMethod('byol')
const training = made(64, 1)
const pictures: TrialPictures = { training, judging: { train: training, test: made(40, 2) } }
const facts = { pictures: 64, channels: 3, nativeSize: 16 }

function trial(change: Overrides = {}, more: Partial<Trial> = {}): Trial {
  const heads = { projector: { hidden: 32, outputs: 16 }, predictor: { hidden: 32 } }
  const settings = resolveSettings(
    byol,
    'small',
    { batch: 16, epochs: 2, encoder: { firstLayer: 'random' }, ...heads, ...change },
    facts,
    'float32',
  )
  return { data: 'made', pictures: 64, settings, untrained: false, readouts: 0, ...more }
}

test('a network is trained, measured and freed', async () => {
  const before = memory().tensors
  const shares: number[] = []
  const result = await runTrial(trial({}, { readouts: 1 }), byol, pictures, {
    progress: (share) => shares.push(share),
  })
  expect(memory().tensors).toBe(before)
  expect(result).toMatchObject({ linear: 1, knn: 1, layer1: 1, steps: 8 })
  expect(result.quarters).toHaveLength(4)
  expect(result.halfway).toBe(1)
  // brightness is nearly all there is to these pictures' colours
  expect(result.colour).toBeGreaterThan(0.8)
  expect(shares).toEqual(shares.toSorted((a, b) => a - b))
  // the same again, to the last bit
  const { seconds: _, ...again } = await runTrial(trial({}, { readouts: 1 }), byol, pictures)
  expect(result).toMatchObject(again)
})

test('an untrained network has no course', async () => {
  const result = await runTrial(trial({}, { untrained: true }), byol, pictures)
  expect(result.steps).toBe(0)
  expect(result).not.toHaveProperty('quarters')
  expect(result).not.toHaveProperty('state')
})

test('a network that diverges is called so and counts as a guess, and is no end of the study', async () => {
  const before = memory().tensors
  const wild = trial({
    learningRate: 1e30,
    optimizer: { name: 'sgd', momentum: 0.9, weightDecay: 0, nesterov: false },
  })
  const result = await runTrial(wild, byol, pictures)
  expect(result).toMatchObject({ linear: 0.5, knn: 0.5, state: 'diverged' })
  expect(result.steps).toBeLessThan(8)
  expect(memory().tensors).toBe(before)
})

test.each([false, true])(
  'an aborted trial ends with the reason and leaves nothing, untrained: %s',
  async (untrained) => {
    const before = memory().tensors
    const signal = AbortSignal.abort('enough')
    await expect(runTrial(trial({}, { untrained }), byol, pictures, { signal })).rejects.toBe('enough')
    expect(memory().tensors).toBe(before)
  },
)

test('what a network depends on is its name', () => {
  const [a, b] = [trial(), trial()]
  expect(trialId(a)).toBe(trialId(b))
  // the order of keys says nothing
  const turned = Object.fromEntries(Object.entries(b.settings).reverse()) as typeof b.settings
  expect(trialId({ ...b, settings: turned })).toBe(trialId(a))
  for (const other of [
    trial({ seed: 1 }),
    trial({ learningRate: 1 }),
    trial({}, { untrained: true }),
    trial({}, { data: 'x' }),
  ]) {
    expect(trialId(other)).not.toBe(trialId(a))
  }
})
