import { expect, test } from 'vitest'
import { factored, solved } from './solve.js'

test('a system is solved as by hand, and one that is not positive is none', () => {
  // 4x + 2y = 10, 2x + 3y = 9: x = 1.5, y = 2
  const factor = factored(Float64Array.of(4, 0, 2, 3), 2) as Float64Array
  expect([...solved(factor, Float64Array.of(10, 9))]).toEqual([expect.closeTo(1.5, 4), expect.closeTo(2, 4)])
  expect(factored(Float64Array.of(1, 0, 2, 1), 2)).toBeUndefined()
})
