import { expect, test } from 'vitest'
import { naturalPairs } from './index.js'

test('names that follow each other belong together, each in one pair', () => {
  const names = ['a/IMG_0412.JPG', 'a/IMG_0413.JPG', 'a/IMG_0414.jpg', 'a/IMG_0420.jpg', 'a/DSC_0421.jpg']
  // the third has lost its partner to the first, and the last is of another camera
  expect(naturalPairs([...names, ...others(20, 'a')])).toEqual({ first: [0], second: [1] })
})

test('counters go on in another folder, and numbers alone, only by accident', () => {
  expect(naturalPairs(['a/IMG_0001.jpg', 'b/IMG_0002.jpg', 'c/IMG_0003.jpg'])).toEqual({
    first: [],
    second: [],
  })
  expect(naturalPairs(others(30))).toEqual({ first: [], second: [] })
})

test('small folders are one thing, large ones are a kind', () => {
  const small = ['x/1/a.png', 'x/1/b.png', 'x/1/c.png', 'x/2/a.png', 'x/2/b.png']
  expect(naturalPairs([...small, ...others(20)])).toEqual({ first: [0, 3], second: [1, 4] })
})

const others = (count: number, folder = 'all') =>
  Array.from({ length: count }, (_, i) => `${folder}/${1000 + i}.png`)
