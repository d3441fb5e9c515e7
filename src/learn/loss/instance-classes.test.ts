import { afterEach, describe, expect, test } from 'vitest'
import { pixelSource } from '../../images/arrays/pixels.js'
import { disposeModule } from '../../nn/index.js'
import { grad, manualSeed, memory, scope, type Tensor, tensor } from '../../torch/index.js'
import { WHOLE } from '../augment/views.js'
import { features } from '../extract/index.js'
import type { Method } from '../method.js'
import { findMethod } from '../methods/index.js'
import { type Overrides, resolveSettings } from '../settings.js'
import { dot } from '../similarity/index.js'
import { createState, disposeState, stateTensors, type TrainingState } from '../state.js'
import { train } from '../train.js'
import { ALONE } from '../world.js'
import { instanceClasses } from './instance-classes.js'

const diet = findMethod('diet')
const kept: object[] = []
afterEach(() => kept.splice(0).forEach(disposeModule))

const ids = (...numbers: number[]) => tensor(numbers, [numbers.length], 'int64')

function made(classes: number, smoothing: number, dimension: number) {
  manualSeed(3)
  const loss = instanceClasses({ classes, smoothing })
  // nothing of it is made for an encoder
  const sizes = { encoder: { features: dimension } as never, dimension, prototypes: 0, targets: 0 }
  const module = loss.build(loss.options, sizes)
  kept.push(module)
  const weight = (module as unknown as { rows: { weight: Tensor } }).rows.weight
  const asked = (views: readonly Tensor[], own: Tensor) => {
    const online = new Map(views.map((vector, i) => [i, { vector, prediction: vector }]))
    const context = { scheduled: () => 0, similarity: dot, ids: own, world: ALONE }
    return module.compute({ online, target: new Map(), pairs: 0 }, context)
  }
  return { weight, asked }
}

/** The loss of one view and its gradient for `W`, by hand in float64; rows as arrays. */
function byHand(f: readonly number[][], w: readonly number[][], own: readonly number[], smoothing: number) {
  const slope = w.map((row) => row.map(() => 0))
  let loss = 0
  for (const [n, vector] of f.entries()) {
    const scores = w.map((row) => row.reduce((sum, value, d) => sum + value * (vector[d] as number), 0))
    const total = scores.reduce((sum, score) => sum + Math.exp(score), 0)
    for (const [k, score] of scores.entries()) {
      const wanted = smoothing / w.length + (k === own[n] ? 1 - smoothing : 0)
      const said = Math.exp(score) / total
      loss -= (wanted * Math.log(said)) / f.length
      const row = slope[k] as number[]
      for (const [d, value] of vector.entries())
        row[d] = (row[d] as number) + ((said - wanted) * value) / f.length
    }
  }
  return { loss, slope: slope.flat() }
}

const rowsOf = (x: Tensor) => {
  const [, width] = x.shape as [number, number]
  const all = x.toArray() as number[]
  return Array.from({ length: all.length / width }, (_, i) => all.slice(i * width, (i + 1) * width))
}

// two views of three pictures, the second as no view of the first
const FIRST = [1, -0.5, 0.25, 2, 0.5, 3, -1, 0.75, -2, 1.5, 1, 0.5]
const SECOND = FIRST.map((value, i) => (i % 3) - value)

test.each([
  ['as DIET has it', 0.8],
  ['without smoothing', 0],
])('%s, value and gradient are those of the smoothed cross-entropy, the mean over views', (_, smoothing) => {
  const { weight, asked } = made(5, smoothing, 4)
  expect(weight.shape).toEqual([5, 4])
  scope(() => {
    const views = [FIRST, SECOND].map((values) => tensor(values, [3, 4]))
    const loss = asked(views, ids(2, 0, 4))
    const hands = views.map((view) => byHand(rowsOf(view), rowsOf(weight), [2, 0, 4], smoothing))
    expect(loss.item()).toBeCloseTo(hands.reduce((sum, hand) => sum + hand.loss, 0) / 2, 5)
    const [slope] = grad(loss, [weight]) as [Tensor]
    for (const [i, value] of slope.toArray().entries())
      expect(value).toBeCloseTo(hands.reduce((sum, hand) => sum + (hand.slope[i] as number), 0) / 2, 5)
  })
})

test('more pictures than classes share them, a picture always the same one', () => {
  const { weight, asked } = made(5, 0.8, 4)
  scope(() => {
    const view = tensor(FIRST, [3, 4])
    const wanted = byHand(rowsOf(view), rowsOf(weight), [2, 0, 4], 0.8).loss
    expect(asked([view], ids(7, 65_535, 4)).item()).toBeCloseTo(wanted, 5)
  })
})

test('nothing of a step is left over', () => {
  const before = memory().tensors
  const { weight, asked } = made(5, 0.8, 4)
  const held = memory().tensors
  expect(held).toBe(before + 1)
  scope(() => {
    grad(asked([tensor(FIRST, [3, 4])], ids(7, 0, 4)), [weight])
  })
  expect(memory().tensors).toBe(held)
})

const SIDE = 16
const PICTURES = 12
/** Number `i` is all of brightness `20 i`. */
const source = pixelSource({
  ...{ name: 'plain', part: 'train', height: SIDE, width: SIDE, channels: 1 },
  data: Uint8Array.from({ length: PICTURES * SIDE ** 2 }, (_, i) => 20 * Math.floor(i / SIDE ** 2)),
})
const settingsOf = (change: Overrides = {}, pictures = PICTURES) =>
  resolveSettings(diet, 'small', change, { pictures, channels: 1, nativeSize: SIDE }, 'float32')

describe('in a run', () => {
  const settings = settingsOf({
    ...{ views: WHOLE, size: SIDE, batch: 4, epochs: 3, warmup: 0 },
    input: { mean: [0], std: [1] },
  })
  /** Number and brightness of every picture, in the order of training. */
  const seen: [number, number][] = []
  const watched: Method = {
    ...diet,
    extract: {
      ...features,
      embed: (encoder, heads, input, pass) => {
        const means = input.x.mean([1, 2, 3]).toArray() as number[]
        for (const mean of means) seen.push([-1, Math.round((mean * settings.input.maximum) / 20)])
        return features.embed(encoder, heads, input, pass)
      },
    },
    loss: {
      ...diet.loss,
      build: (options, sizes) => {
        const module = diet.loss.build(options, sizes)
        return {
          ...module,
          compute: (views, context) => {
            const own = context.ids.toArray()
            for (const [i, id] of own.entries()) (seen.at(i - own.length) as [number, number])[0] = Number(id)
            return module.compute(views, context)
          },
        }
      },
    },
  }

  async function seenFrom(step: number): Promise<[number, number][]> {
    const state = createState(settings, watched)
    state.step = step
    try {
      seen.length = 0
      const first = weightOf(state)
      for await (const event of train(state, source))
        if (event.type === 'step') expect(event.loss).not.toBeNaN()
      expect(weightOf(state)).not.toEqual(first)
      return [...seen]
    } finally {
      disposeState(state)
    }
  }
  const weightOf = (state: TrainingState) => stateTensors(state).get('loss.rows.weight')?.toArray()

  test('a number stays with its picture, shuffled and gone on with', async () => {
    const straight = await seenFrom(0)
    expect(straight).toHaveLength(3 * PICTURES)
    for (const [id, brightness] of straight) expect(id).toBe(brightness)
    const epochs = [0, 1].map((epoch) => straight.slice(epoch * PICTURES, (epoch + 1) * PICTURES))
    expect(epochs[0]).not.toEqual(epochs[1])
    for (const epoch of epochs) expect(new Set(epoch.map(([id]) => id)).size).toBe(PICTURES)
    expect(await seenFrom(4)).toEqual(straight.slice(4 * 4))
  })
})

test('a run has a class for each picture up to 65,536, as long as the encoder’s features', () => {
  const classesOf = (pictures: number) => settingsOf({}, pictures).loss.classes
  expect([300, 65_536, 126_689].map(classesOf)).toEqual([300, 65_536, 65_536])
  for (const preset of ['cifar', 'imagenet'] as const) {
    const facts = { pictures: 5000, channels: 3, nativeSize: 32 }
    expect(resolveSettings(diet, preset, {}, facts, 'float32').loss).toEqual({
      classes: 5000,
      smoothing: 0.8,
    })
  }
  const state = createState(settingsOf({ projector: { outputs: 7 } }), diet)
  expect(stateTensors(state).get('loss.rows.weight')?.shape).toEqual([PICTURES, 1024])
  disposeState(state)
})

test('what leaves nothing to tell apart is refused', () => {
  expect(() => settingsOf({ loss: { classes: 1 } })).toThrow('diet tells classes apart, and there is one')
  expect(() => settingsOf({ loss: { smoothing: 1 } })).toThrow('give loss.smoothing below 1')
  expect(() => settingsOf({ loss: { classes: 2.5 } })).toThrow('a whole number of at least 1')
})
