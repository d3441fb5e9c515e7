import { expect, test } from 'vitest'
import { arrayShape, interleave, oddShape } from './array-shape.js'

test.each([
  [[5, 28, 20], { height: 28, width: 20, channels: 1, planes: false }],
  [[5, 28, 20, 3], { height: 28, width: 20, channels: 3, planes: false }],
  [[5, 3, 28, 20], { height: 28, width: 20, channels: 3, planes: true }],
  [[5, 1, 28, 28], { height: 28, width: 28, channels: 1, planes: true }],
  [[5, 13, 64, 64], { height: 64, width: 64, channels: 13, planes: true }],
  [[5, 64, 64, 13], { height: 64, width: 64, channels: 13, planes: false }],
  [[5, 3, 4, 4], { height: 4, width: 4, channels: 3, planes: true }],
  [[5, 2, 2, 3], { height: 2, width: 2, channels: 3, planes: false }],
])('%j', (shape, expected) => {
  expect(arrayShape(shape)).toEqual({ count: 5, ...expected })
})

test.each([
  [[5, 784], /^has the shape \[5, 784\] where \[N, H, W\], \[N, H, W, C\] or \[N, C, H, W\] is expected$/],
  [[], /^has the shape \[\] where/],
  [[0, 28, 28], /nothing/],
  [[5, 10, 20, 30], /either axis may be the channels/],
  [[5, 8, 8, 8], /either axis/],
  [[5, 3, 2, 4], /either axis/],
])('%j is refused', (shape, message) => {
  expect(arrayShape(shape)).toMatch(message)
})

test('planes become interleaved', () => {
  const into = new Uint8Array(6)
  interleave([1, 2, 3, 4, 5, 6], into, 2)
  expect([...into]).toEqual([1, 4, 2, 5, 3, 6])
})

test.each<[number[], string | undefined]>([
  [
    [16, 16, 3],
    "'x.npy' has the shape [16, 16, 3] and is read as 16 grey pictures of 3 × 16: if it is one picture of 3 channels, save it as [1, 16, 16, 3]",
  ],
  [
    [3, 224, 200],
    "'x.npy' has the shape [3, 224, 200] and is read as 3 grey pictures of 200 × 224: if it is one picture of 3 channels, save it as [1, 3, 224, 200]",
  ],
  [[60_000, 28, 28], undefined],
  [[16, 16, 3, 1], undefined],
  [[2, 2, 2], undefined],
  [[5, 1, 2], undefined],
])('%j of three axes is worth a word where it looks like one picture', (shape, note) => {
  expect(oddShape('x.npy', shape)).toBe(note)
})
