import { expect, test } from 'vitest'
import { UsageError } from '../errors.js'
import { scope, tensor } from '../torch/index.js'
import { ridgeHits } from './ridge.js'
import { blobs, leak } from './testing/banks.js'

const bank = (values: number[], labels: number[]) => ({
  features: tensor(values, [values.length, 1], 'float32'),
  labels: Int32Array.from(labels),
  classes: 2,
})

test('one feature, by hand', () => {
  scope(() => {
    // mean 2, deviation √2: standardised −√2, −1/√2, 1/√2, √2 over √2; the sign of the slope tells the class
    const known = bank([0, 1, 3, 4], [0, 0, 1, 1])
    expect([...ridgeHits(known, bank([1.9, 2.1, 2.1, 1.9], [0, 1, 0, 1]), 1)]).toEqual([1, 1, 0, 0])
    // three of four are of class 0: beyond a penalty so large that slopes are nothing, the share decides
    const uneven = bank([0, 1, 2, 9], [0, 0, 0, 1])
    const asked = bank([0, 9], [0, 1])
    expect([...ridgeHits(uneven, asked, 0.01)]).toEqual([1, 1])
    expect([...ridgeHits(uneven, asked, 1e6)]).toEqual([1, 0])
  })
})

test('more features than pictures, and fewer, come to the same with columns that are there twice', () => {
  scope(() => {
    const [known, asked] = [1, 2].map((seed) =>
      blobs({ classes: 4, dims: 20, count: 15, noise: 1.5, seed }),
    ) as [ReturnType<typeof blobs>, ReturnType<typeof blobs>]
    const wide = (one: typeof known) => ({ ...one, features: one.features.repeat([1, 4]) })
    // four equal columns share a slope among them: a quarter of the penalty
    expect(ridgeHits(wide(known), wide(asked), 4)).toEqual(ridgeHits(known, asked, 1))
  })
})

test('no tensor is left behind, and banks that do not fit are refused', () => {
  scope(() => {
    const [known, asked] = [blobs({ classes: 3, dims: 4, count: 5, noise: 1, seed: 1 }), bank([1], [0])]
    expect(leak(() => ridgeHits(known, known, 1))).toBe(0)
    expect(() => ridgeHits(known, asked, 1)).toThrow(UsageError)
  })
})
