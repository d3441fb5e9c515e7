import { expect, test } from 'vitest'
import { ops, scope, tensor } from '../torch/index.js'
import { neighbourhoodStability, neighboursLookedAt } from './stability.js'
import { leak } from './testing/banks.js'

/** Unit vectors at these angles in degrees: near in angle is near in cosine. */
const circle = (...degrees: number[]) =>
  tensor(degrees.map((angle) => [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]))

test('the share of kept neighbours is what counting by hand gives', () => {
  scope(() => {
    const plain = circle(0, 10, 21, 33, 46, 60)
    expect([...neighbourhoodStability(plain, plain, 2)]).toEqual([1, 1, 1, 1, 1, 1])
    // picture 0 turns to 50 degrees: its nearest were 10 and 21, and are 46 and 60 now; picture 2 turns to 28: its
    // nearest were 10 and 33, and are 33 and 46 (10 and 46 are equally far): one of the two is kept
    const altered = circle(50, 10, 29, 33, 46, 60)
    expect([...neighbourhoodStability(plain, altered, 2)]).toEqual([0, 1, 0.5, 1, 1, 1])
  })
})

test('a collapse keeps nothing, chance keeps k of N - 1, and blocks do not matter', () => {
  scope(() => {
    const same = ops.ones([40, 5])
    expect([...neighbourhoodStability(same, same, 10)]).toEqual(Array(40).fill(0))
    const mean = (x: Float64Array) => x.reduce((sum, one) => sum + one, 0) / x.length
    const chance = mean(neighbourhoodStability(ops.randn([500, 16]), ops.randn([500, 16]), 10))
    expect(chance).toBeGreaterThan(0.014)
    expect(chance).toBeLessThan(0.027)
    // more pictures than are compared at once; in float32 a tenth and an eleventh may be equally near by chance
    const many = ops.randn([5000, 8])
    expect(mean(neighbourhoodStability(many, many, 10))).toBeGreaterThan(0.9999)
  })
})

test('awkward numbers of pictures are refused or looked at with fewer neighbours; no tensor is left behind', () => {
  expect([3, 12, 21, 1000].map(neighboursLookedAt)).toEqual([1, 5, 10, 10])
  const x = circle(0, 10, 21)
  expect([...neighbourhoodStability(x, x, 1)]).toEqual([1, 1, 1])
  expect(() => neighbourhoodStability(x, x, 2)).toThrow('expected from 1 to 1 neighbours, got 2')
  expect(() => neighbourhoodStability(x, circle(1, 2), 1)).toThrow('[3,2] and [2,2]')
  expect(leak(() => neighbourhoodStability(x, x, 1))).toBe(0)
})
