import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { openData } from '../open.js'
import type { Picture } from '../picture.js'
import type { Source } from '../source.js'
import { madeSource, temporary } from '../testing/made.js'
import { quickLook } from './quick-look.js'

/** Blocks of 4 px whose values depend on a number, of one, two or three channels that differ. */
function blocks(number: number, channels = 3, side = 32): Picture {
  const data = Uint8Array.from({ length: side * side * channels }, (_, at) => {
    const [pixel, channel] = [Math.floor(at / channels), at % channels]
    const block = 8 * Math.floor(pixel / side / 4) + Math.floor((pixel % side) / 4)
    return (number * 7919 + block * 104_729 + channel * 31 + number * block * 613) % 251
  })
  return { data, width: side, height: side, channels }
}

function sourceOf(pictures: readonly Picture[]): Source {
  return { ...madeSource(pictures.length), read: async (index) => pictures[index] as Picture }
}

const plain = (value: number, side = 32): Picture => ({
  ...blocks(0, 3, side),
  data: new Uint8Array(3 * side * side).fill(value),
})

test('pictures of one colour, alike or not', async () => {
  const black = await quickLook(sourceOf(Array.from({ length: 64 }, () => plain(0))))
  expect(black).toMatchObject({ seen: 64, flat: 64, grey: 0, copies: 63, same: 64 })
  const shades = await quickLook(sourceOf(Array.from({ length: 20 }, (_, i) => plain(12 * i))))
  expect(shades).toMatchObject({ seen: 20, flat: 20, copies: 0, same: 1 })
})

test('copies are the same but for noise and size, and what differs in one place is none', async () => {
  const noisy = blocks(1)
  const spot = blocks(1)
  const data = noisy.data.map((value, at) => value + (at % 2))
  const moved = spot.data.map((value, at) => (at < 12 ? 250 - value : value))
  const look = await quickLook(
    sourceOf([
      ...[blocks(1), { ...noisy, data }, { ...spot, data: moved }],
      ...[blocks(2), blocks(3), blocks(3), blocks(4)],
      ...[plain(9), plain(9, 64)],
    ]),
  )
  expect(look).toMatchObject({ seen: 9, copies: 3, same: 2, flat: 2 })
})

test('grey ones are counted in a set of colour', async () => {
  const grey = (number: number): Picture => {
    const { data } = blocks(number, 1)
    const tripled = Uint8Array.from(
      { length: 3 * data.length },
      (_, at) => data[Math.floor(at / 3)] as number,
    )
    return { ...blocks(0), data: tripled }
  }
  expect(await quickLook(sourceOf([blocks(1), grey(2), grey(3), plain(7)]))).toMatchObject({
    grey: 2,
    flat: 1,
  })
  const all = { ...sourceOf([blocks(1, 1), blocks(2, 1)]), channels: 1 }
  expect(await quickLook(all)).toMatchObject({ seen: 2, grey: 0, flat: 0, copies: 0 })
})

test('sizes are those of the files, which are decoded small; others than pictures are passed over', async () => {
  using folder = temporary()
  const sizes = [
    [300, 200],
    [40, 900],
    [9, 12],
  ] as const
  for (const [i, [width, height]] of sizes.entries())
    await sharp({ create: { width, height, channels: 3, background: '#369' } })
      .png()
      .toFile(join(folder.path, `${i}.png`))
  writeFileSync(join(folder.path, '3.png'), 'no picture')
  const { train } = await openData(folder.path)
  expect(train.size).toBe(4)
  expect((await train.header?.(1))?.height).toBe(900)
  expect(await quickLook(train)).toMatchObject({ sizes, seen: 3, flat: 3 })
})

test('of the largest only the header is read', async () => {
  const header = { width: 20_000, height: 4000, channels: 3, maximum: 255, pages: 1, format: 'JPEG' }
  const source = { ...madeSource(3), header: async () => header }
  expect(await quickLook(source)).toMatchObject({ sizes: Array(3).fill([20_000, 4000]), seen: 0, same: 0 })
  expect(source.reads).toEqual([])
})

test('at most 200 at even distances, fewer where the time is up, spread over the whole set then, too', async () => {
  const many = madeSource(1000)
  expect((await quickLook(many, 60)).sizes).toHaveLength(200)
  expect(many.reads.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, i) => 5 * i))
  const slow = madeSource(1000, [], () => 20)
  const { sizes } = await quickLook(slow, 0.1)
  expect(sizes.length).toBeLessThan(40)
  const places = slow.reads.sort((a, b) => a - b)
  const gaps = [...places, 1000].map((place, at) => place - (places[at - 1] ?? 0))
  // golden gaps are of at most three sizes, the greatest less than three times the mean
  expect(Math.max(...gaps)).toBeLessThan(3 * (1000 / places.length))
})

test('pictures that cannot be read are none of those looked at; other faults are not hidden', async () => {
  expect((await quickLook(madeSource(20, [3, 4]))).seen).toBe(18)
  const broken = { ...madeSource(3), read: () => Promise.reject(new TypeError('a fault of ours')) }
  await expect(quickLook(broken)).rejects.toThrow('a fault of ours')
})
