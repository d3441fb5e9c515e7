import { expect, test } from 'vitest'
import { memory, scope, type Tensor, tensor } from '../torch/index.js'
import { defineLoss, defineMethod } from './define.js'
import type { LossContext } from './loss/loss.js'
import { METHODS } from './methods/index.js'
import { cosine } from './similarity/index.js'
import { ALONE } from './world.js'

test('a method needs its choices only; what describes it has usual values', () => {
  const {
    title: _,
    paper: __,
    year: ___,
    idea: ____,
    presets: _____,
    predictor: ______,
    ...choices
  } = METHODS.simclr
  const own = defineMethod({ ...choices, name: 'mine' })
  expect(own).toMatchObject({ name: 'mine', title: 'mine', predictor: null, presets: {} })
  expect(own.loss).toBe(METHODS.simclr.loss)
  const { loss: _______, ...lacking } = choices
  // @ts-expect-error a choice is missing
  expect(() => defineMethod({ ...lacking, name: 'mine' })).toThrow('the method mine lacks loss: begin with')
})

test('a loss is handed views in order, ordered pairs and its own options', () => {
  const weighed = defineLoss({
    name: 'weighed distance',
    options: { weight: 3 },
    compute: ({ views: [a, b], pairs, similarity, options: { weight } }) =>
      similarity
        .rows(a.vector, b.vector)
        .mean()
        .mul(weight * pairs.length),
  })
  expect([weighed.options, weighed.pairs]).toEqual([{ weight: 3 }, 'all'])
  const before = memory().tensors
  const value = scope(() => {
    const output = (values: number[]) => {
      const vector = tensor(values, [1, 2])
      return { vector, prediction: vector }
    }
    const seen = new Map([
      [0, output([1, 0])],
      [1, output([0.6, 0.8])],
    ])
    const context: LossContext = {
      scheduled: (at) => at(0),
      similarity: cosine,
      ids: tensor([0], undefined, 'int64'),
      world: ALONE,
    }
    const encoder = { features: 2, forward: (x: Tensor) => x }
    const sizes = { encoder, dimension: 2, prototypes: 0, targets: 2 }
    return weighed
      .build({ weight: 2 }, sizes)
      .compute({ online: seen, target: seen, pairs: 2 }, context)
      .item()
  })
  // cosine 0.6, twice the pairs, times the weight that was chosen
  expect(value).toBeCloseTo(0.6 * 2 * 2, 6)
  expect(memory().tensors).toBe(before)
})
