import { describe, expect, test } from 'vitest'
import { batches, type Packed } from './batches.js'
import { Quarantine } from './quarantine.js'
import { madeSource } from './testing/made.js'

const ORDER = [[3, 1, 4], [1, 5], [9, 2, 6, 5], [], [3, 5, 8]]

async function all(iterable: AsyncIterable<Packed>): Promise<Packed[]> {
  const list: Packed[] = []
  for await (const batch of iterable) list.push(batch)
  return list
}

describe('batches', () => {
  test('packs pictures of different sizes one after another', async () => {
    const [batch] = await all(batches(madeSource(10), [[4, 1]]))
    // picture 4 is 2 wide and 1 high, picture 1 is 2 wide and 2 high
    expect(batch).toEqual({
      parts: [new Uint8Array(6).fill(4), new Uint8Array(12).fill(1)],
      layout: Int32Array.from([0, 1, 2, 6, 2, 2]),
      channels: 3,
      maximum: 255,
      indices: Int32Array.from([4, 1]),
      used: Int32Array.from([4, 1]),
    })
  })

  test('do not depend on prefetch nor on the time that reads take', async () => {
    const bad = [2, 3, 9]
    const expected = await all(batches(madeSource(10, bad), ORDER, { prefetch: 0 }))
    expect(expected.map(({ used }) => [...used])).toEqual([[4, 1, 4], [1, 5], [0, 4, 6, 5], [], [4, 5, 8]])
    for (const prefetch of [1, 2, 7]) {
      for (const delay of [(index: number) => (index * 7) % 5, (index: number) => 10 - index]) {
        const quarantine = new Quarantine(10)
        const batched = await all(batches(madeSource(10, bad, delay), ORDER, { prefetch, quarantine }))
        expect(batched).toEqual(expected)
        expect(quarantine.list.map(({ index }) => index)).toEqual(bad)
      }
    }
  })

  test('reads whole batches ahead, no more than asked', async () => {
    const source = madeSource(40)
    const order = Array.from({ length: 10 }, (_, i) => [4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3])
    const iterator = batches(source, order, { prefetch: 3 })
    await iterator.next()
    // the first batch tells how large the others are
    expect(source.reads).toHaveLength(4 * 2)
    await iterator.next()
    expect(source.reads).toHaveLength(4 * 5)
    await iterator.next()
    expect(source.reads).toHaveLength(4 * 6)
    await iterator.return()
    expect(source.reads).toHaveLength(4 * 6)
  })

  test('reads only one batch ahead where more would take too much memory', async () => {
    const source = madeSource(40)
    const order = Array.from({ length: 10 }, (_, i) => [4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3])
    for await (const { parts } of batches(source, order, { prefetch: 7, aheadBytes: 8 })) {
      const used = 1 + order.findIndex(([first]) => first === parts[0]?.[0])
      expect(source.reads.length).toBeLessThanOrEqual(4 * (used + 1))
    }
    expect(source.reads).toHaveLength(40)
  })

  test('asks an endless order lazily and closes it', async () => {
    let closed = false
    function* endless() {
      try {
        for (;;) yield [0]
      } finally {
        closed = true
      }
    }
    let seen = 0
    for await (const _ of batches(madeSource(2), endless())) if (++seen === 5) break
    expect(closed).toBe(true)
  })

  test('an error comes at its batch, after the good ones', async () => {
    const iterator = batches(madeSource(100, [50, 51, 52, 53, 54, 55]), [[1], [2], [50]], { prefetch: 2 })
    expect((await iterator.next()).value?.used[0]).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect((await iterator.next()).value?.used[0]).toBe(2)
    await expect(iterator.next()).rejects.toThrow(/6 of 100 pictures cannot be read where at most 5/)
  })

  test('refuses an index that does not exist', async () => {
    await expect(all(batches(madeSource(10), [[10]]))).rejects.toThrow('made has pictures 0 to 9, got 10')
    await expect(all(batches(madeSource(10), [[0.5]]))).rejects.toThrow(RangeError)
  })
})
