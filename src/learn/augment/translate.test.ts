import { expect, test } from 'vitest'
import { memory, ops, scope, tensor } from '../../torch/index.js'
import { translate } from './translate.js'

/** One row of five pixels, 0 to 4, moved right. */
const row = (right: number) =>
  scope(() => translate(tensor([0, 1, 2, 3, 4], [1, 1, 1, 5]), [[0, right]]).toArray())

// what comes in from the border is the picture mirrored at its last pixel, which is not repeated
test.each([
  [0, [0, 1, 2, 3, 4]],
  [1, [1, 0, 1, 2, 3]],
  [2, [2, 1, 0, 1, 2]],
  [4, [4, 3, 2, 1, 0]],
  [-1, [1, 2, 3, 4, 3]],
  [-3, [3, 4, 3, 2, 1]],
])('a row moved right by %i', (right, expected) => {
  expect(row(right)).toEqual(expected)
})

test('down and right, each picture by its own, every channel alike', () => {
  scope(() => {
    // 10 times the row plus the column, and 100 more in the second channel
    const plane = Array.from({ length: 12 }, (_, i) => 10 * Math.floor(i / 4) + (i % 4))
    const picture = [...plane, ...plane.map((value) => value + 100)]
    const x = tensor([...picture, ...picture], [2, 2, 3, 4])
    const moved = translate(x, [
      [1, 0],
      [-1, 2],
    ])
    expect(moved.shape).toEqual([2, 2, 3, 4])
    const down = [10, 11, 12, 13, 0, 1, 2, 3, 10, 11, 12, 13]
    const upRight = [12, 11, 10, 11, 22, 21, 20, 21, 12, 11, 10, 11]
    const expected = [down, upRight].flatMap((one) => [...one, ...one.map((value) => value + 100)])
    expect(moved.toArray()).toEqual(expected)
  })
})

test('the same pixels as a crop from libtorch’s own reflection padding', () => {
  const before = memory().tensors
  scope(() => {
    const x = ops.rand([1, 3, 8, 6])
    const padded = ops.reflection_pad2d(x, [4, 4, 4, 4])
    for (const [down, right] of [
      [0, 0],
      [4, -4],
      [-3, 2],
      [1, 4],
    ] as const) {
      const cut = padded.narrow(2, 4 - down, 8).narrow(3, 4 - right, 6)
      expect(translate(x, [[down, right]]).toArray()).toEqual(cut.toArray())
    }
  })
  expect(memory().tensors).toBe(before)
})

test('a single pixel stays what it is', () => {
  scope(() => expect(translate(tensor([7], [1, 1, 1, 1]), [[0, 0]]).toArray()).toEqual([7]))
})
