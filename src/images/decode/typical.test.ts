import { expect, test } from 'vitest'
import { UsageError } from '../../errors.js'
import { PictureError } from '../picture.js'
import type { DecodeOptions, Header } from './decode.js'
import { type Known, type Look, typicalOf } from './typical.js'

type Made = Partial<Header> | 'bad'

/** A set with these headers whose pictures all hold `value`. */
function look(headers: readonly Made[], value = 1): Look & { decoded: [number, DecodeOptions][] } {
  const decoded: [number, DecodeOptions][] = []
  return {
    decoded,
    header: async (index) => {
      const header = headers[index]
      if (header === undefined || header === 'bad') throw new PictureError(`${index}.png`, 'it is bad')
      return { width: 40, height: 30, channels: 3, maximum: 255, pages: 1, format: 'PNG', ...header }
    },
    picture: async (index, options) => {
      decoded.push([index, options])
      if (value === 0) throw new PictureError(`${index}.png`, 'it is bad')
      return { data: Uint16Array.of(3, value, 2), width: 1, height: 1, channels: 3 }
    },
  }
}

const typical = (headers: readonly Made[], value?: number, known?: Known) =>
  typicalOf('set', headers.length, look(headers, value), known)
const times = (count: number, made: Made): Made[] => Array<Made>(count).fill(made)

test('the native size is the median of short sides, without what cannot be read', async () => {
  const sides = [10, 90, 50].map((width): Made => ({ width, height: 70 }))
  expect(await typical([...sides, 'bad'])).toEqual({ nativeSize: 50, channels: 3, maximum: 255 })
})

test.each<[string, Made[], number]>([
  ['grey alone', times(9, { channels: 1 }), 1],
  ['grey but for one', [...times(9, { channels: 1 }), { channels: 3 }], 3],
  ['bands in most', [...times(6, { channels: 13 }), ...times(5, { channels: 3 })], 13],
  ['two bands in most', [...times(2, { channels: 2 }), { channels: 1 }], 2],
  ['bands in half', [...times(5, { channels: 4 }), ...times(5, { channels: 3 })], 3],
  ['grey and what cannot be read', [{ channels: 1 }, 'bad'], 1],
])('channels of %s', async (_, headers, channels) => {
  expect((await typical(headers)).channels).toBe(channels)
})

test.each([
  [200, 1023],
  [1023, 1023],
  [1024, 4095],
  [4096, 16_383],
  [16_384, 65_535],
  [65_535, 65_535],
  // nothing could be read
  [0, 65_535],
])('16-bit pictures with values up to %i have the maximum %i', async (value, maximum) => {
  expect((await typical(times(3, { maximum: 65_535 }), value)).maximum).toBe(maximum)
})

test('16 bits in half of the pictures are not enough, and cost no decoding', async () => {
  const half = look([...times(5, { maximum: 65_535 }), ...times(5, {})])
  expect((await typicalOf('set', 10, half)).maximum).toBe(255)
  expect(half.decoded).toEqual([])
})

test('at most 16 pictures are decoded, with the channels of the set', async () => {
  const many = look(times(300, { maximum: 65_535, channels: 5 }), 4000)
  expect(await typicalOf('set', 300, many)).toEqual({ nativeSize: 30, channels: 5, maximum: 4095 })
  expect(new Set(many.decoded.map(([index]) => index)).size).toBe(16)
  expect(many.decoded[0]?.[1]).toEqual({ channels: 5, maximum: 65_535 })
})

test('what is known is not looked for', async () => {
  const deep = look(times(4, { maximum: 65_535, channels: 1 }))
  expect(await typicalOf('set', 4, deep, { channels: 3, maximum: 4095 })).toEqual({
    nativeSize: 30,
    channels: 3,
    maximum: 4095,
  })
  expect(deep.decoded).toEqual([])
})

test('a set of which nothing can be read is refused with the first reason', async () => {
  const error = await typical(times(100, 'bad')).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(UsageError)
  expect((error as Error).message).toContain(
    "100 picture files but none of the 64 looked at can be read ('0.png': it is bad)",
  )
})

test('errors of another kind are not hidden', async () => {
  const broken: Look = { ...look([{}]), header: () => Promise.reject(new TypeError('oh')) }
  await expect(typicalOf('set', 1, broken)).rejects.toThrow(TypeError)
})
