import { expect, test } from 'vitest'
import { shrunk } from './shrunk.js'

test('areas are averaged, also where they do not end at a pixel', () => {
  const width = 3
  const values = Float32Array.from([0, 30, 60, 90, 120, 150])
  expect([...shrunk({ values, width, height: 2 }, 2, 1)]).toEqual(
    // a column and a half each, of both rows
    [(0 + 90 + 15 + 60) / 3, (60 + 150 + 15 + 60) / 3].map((value) => expect.closeTo(value, 3)),
  )
  // a grid finer than the picture repeats its pixels
  expect([...shrunk({ values: Float32Array.of(7, 9), width: 2, height: 1 }, 4, 1)]).toEqual([7, 7, 9, 9])
})
