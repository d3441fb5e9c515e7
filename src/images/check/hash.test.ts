import { expect, test } from 'vitest'
import type { Picture } from '../picture.js'
import { pixelHash } from './hash.js'

const grey = (width: number, values: number[]): Picture => ({
  data: Uint8Array.from(values),
  width,
  height: values.length / width,
  channels: 1,
})

test('pictures have the same pixel hash where size, channels and values are the same', () => {
  const one = grey(2, [1, 2, 3, 4])
  expect(pixelHash(grey(2, [1, 2, 3, 4]))).toEqual(pixelHash(one))
  // a view into a longer array is the picture and not the array
  const data = Uint8Array.from([9, 1, 2, 3, 4, 9]).subarray(1, 5)
  expect(pixelHash({ ...one, data })).toEqual(pixelHash(one))
  const others: Picture[] = [
    grey(2, [1, 2, 3, 5]),
    grey(1, [1, 2, 3, 4]),
    grey(4, [1, 2, 3, 4]),
    { ...one, width: 1, height: 1, channels: 4 },
    { ...one, data: Uint16Array.from([1, 2, 3, 4]) },
  ]
  const hashes = [one, ...others].map((picture) => pixelHash(picture).join(' '))
  expect(new Set(hashes).size).toBe(hashes.length)
})
