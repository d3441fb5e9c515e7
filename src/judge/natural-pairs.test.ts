import { expect, test } from 'vitest'
import { counterPairs, folderPairs, timePairs } from './index.js'

test('names that follow each other belong together, each in one pair', () => {
  const names = ['a/IMG_0412.JPG', 'a/IMG_0413.JPG', 'a/IMG_0414.jpg', 'a/IMG_0420.jpg', 'a/DSC_0421.jpg']
  // the third has lost its partner to the first, and the last is of another camera
  expect(counterPairs([...names, ...others(20, 'a')])).toEqual({ first: [0], second: [1] })
})

test('counters go on in another folder, and numbers alone, only by accident', () => {
  expect(counterPairs(['a/IMG_0001.jpg', 'b/IMG_0002.jpg', 'c/IMG_0003.jpg'])).toEqual({
    first: [],
    second: [],
  })
  expect(counterPairs(others(30))).toEqual({ first: [], second: [] })
})

test('small folders are one thing, large ones are a kind', () => {
  const small = ['x/1/a.png', 'x/1/b.png', 'x/1/c.png', 'x/2/a.png', 'x/2/b.png']
  expect(folderPairs([...small, ...others(20)])).toEqual({ first: [0, 3], second: [1, 4] })
})

test('what one camera took within three seconds belongs together, in the order in which it did', () => {
  const taken = (camera: string, ...seconds: number[]) => seconds.map((at) => ({ at: 1000 * at, camera }))
  // the third of a burst has lost its partner, and another camera's moment is no part of it
  const all = [...taken('a', 10, 100, 13, 12), ...taken('b', 11, 103.1, 101), undefined, ...taken('b', 200)]
  expect(timePairs(all)).toEqual({ first: [0, 6], second: [3, 5] })
  expect(timePairs([undefined, undefined])).toEqual({ first: [], second: [] })
})

test('frames of a film, and files that were all given one date, are no pairs', () => {
  const every = (gap: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({ at: gap * i, camera: '' }))
  for (const gap of [0, 40, 3000]) expect(timePairs(every(gap, 11)).first).toEqual([])
  expect(timePairs(every(3000, 10)).first).toHaveLength(5)
  expect(timePairs(every(3001, 11)).first).toEqual([])
})

const others = (count: number, folder = 'all') =>
  Array.from({ length: count }, (_, i) => `${folder}/${1000 + i}.png`)
