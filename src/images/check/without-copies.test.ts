import { expect, test } from 'vitest'
import { stream } from '../../encode/random.js'
import type { Picture } from '../picture.js'
import { withoutCopies } from './without-copies.js'

const SIDE = 24
/** Coarse random fields: no two look alike. */
function field(seed: number, noise = 0): Picture {
  const draw = stream(seed)
  const coarse = Array.from({ length: 64 }, draw)
  const fine = stream(seed, 1)
  const data = Uint8Array.from({ length: SIDE * SIDE }, (_, at) => {
    const [y, x] = [Math.floor(at / SIDE), at % SIDE]
    const value = 200 * (coarse[8 * Math.floor(y / 3) + Math.floor(x / 3)] as number) + noise * fine()
    return Math.round(value)
  })
  return { data, width: SIDE, height: SIDE, channels: 1 }
}

test('of equal pictures and of those with a little noise the first stays', () => {
  expect(withoutCopies([field(1), field(2), field(1), field(3), field(2, 2)])).toEqual([0, 1, 3])
})

test('nothing is a copy of nothing', () => {
  expect(withoutCopies([])).toEqual([])
  expect(withoutCopies([field(4)])).toEqual([0])
})
