import { expect, test } from 'vitest'
import { stream } from '../encode/random.js'
import type { Source } from '../images/index.js'
import { naturalPairsIn } from './natural-pairs.js'
import { noise } from './testing/noise.js'

const HEADER = { width: 8, height: 8, channels: 1, maximum: 255, pages: 1, format: 'JPEG' }
const one = noise(stream(1), 1)

/** Of many pictures, of which every two are taken together; how many headers were read is counted. */
function album(size: number, hasTime: (index: number) => boolean): { source: Source; read: () => number } {
  let read = 0
  const source: Source = {
    ...one,
    size,
    describe: (index) => `${index}.jpg`,
    header: async (index) => {
      read++
      const taken = { at: 60_000 * (index >> 1) + 500 * (index & 1), camera: 'a' }
      return { ...HEADER, ...(hasTime(index) && { taken }) }
    },
  }
  return { source, read: () => read }
}

async function timesOf(source: Source, signal?: AbortSignal): Promise<[number, number][]> {
  for await (const { evidence, first, second } of naturalPairsIn(source, signal))
    if (evidence === 'times') return first.map((a, i) => [a, second[i] as number])
  throw new Error('times are asked for always')
}

test('of a large set no more than ten thousand headers are read, in blocks that keep what was taken together', async () => {
  const { source, read } = album(50_000, () => true)
  const pairs = await timesOf(source)
  expect(read()).toBe(64 + 10_000)
  // a block that begins within one loses it
  expect(pairs.length).toBeGreaterThanOrEqual(4900)
  for (const [a, b] of pairs) expect([a % 2, b - a]).toEqual([0, 1])
  // from the whole of it
  expect(Math.max(...pairs.flat()) - Math.min(...pairs.flat())).toBeGreaterThan(49_000)
})

test('where hardly a header says when, no more are read; without headers none are', async () => {
  const { source, read } = album(5000, (index) => index < 500)
  expect(await timesOf(source)).toEqual([])
  expect(read()).toBe(64)
  const { header: _, ...bare } = source
  expect(await timesOf(bare)).toEqual([])
})

test('reading headers ends when it is told to', async () => {
  const stop = new AbortController()
  stop.abort(new Error('enough'))
  await expect(timesOf(album(5000, () => true).source, stop.signal)).rejects.toThrow('enough')
})
