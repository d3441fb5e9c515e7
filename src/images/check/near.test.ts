import { expect, test } from 'vitest'
import { popcount } from './hash.js'
import { nearPairs, type Pairs, type SearchBounds } from './near.js'

function search(words: Uint32Array, radius: number, bounds?: SearchBounds): Pairs {
  const steps = nearPairs({ words, count: words.length / 4 }, radius, bounds)
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
    expect(value).toBeGreaterThanOrEqual(0)
    expect(value).toBeLessThanOrEqual(1)
  }
}

const listed = ({ first, second, distance }: Pairs) =>
  Array.from(first, (a, at) => `${a}-${second[at]}: ${distance[at]}`).sort()

/** Random hashes, of which every fourth is an earlier one with some bits flipped. */
function madeHashes(count: number, seed: number): Uint32Array {
  let state = seed
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    // the low bits of this generator have short periods
    return ((state >>> 16) | (Math.imul(state, 22_695_477) & 0xffff0000)) >>> 0
  }
  const words = Uint32Array.from({ length: 4 * count }, random)
  for (let at = 4; at < count; at += 4) {
    const model = random() % at
    words.copyWithin(4 * at, 4 * model, 4 * model + 4)
    for (let flips = random() % 24; flips > 0; flips--) {
      const word = 4 * at + (random() % 4)
      words[word] = ((words[word] as number) ^ (1 << (random() % 32))) >>> 0
    }
  }
  return words
}

test.each([
  [0, 300],
  [1, 500],
  [5, 800],
  [8, 3000],
  [10, 1000],
  [16, 400],
])('within %i bits the same pairs of %i are found as by comparing all with all', (radius, count) => {
  const words = madeHashes(count, 17 + radius)
  const expected: string[] = []
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) {
      const apart = [0, 2].map((from) =>
        [from, from + 1].reduce(
          (sum, word) => sum + popcount((words[4 * a + word] as number) ^ (words[4 * b + word] as number)),
          0,
        ),
      )
      const distance = Math.max(...apart)
      if (distance <= radius) expected.push(`${a}-${b}: ${distance}`)
    }
  }
  expect(expected.length).toBeGreaterThan(radius === 0 ? 0 : 2)
  const found = search(words, radius)
  expect(listed(found)).toEqual(expected.sort())
  expect(found.complete).toBe(true)
})

test('200,000 pictures are searched in seconds', () => {
  const words = madeHashes(200_000, 3)
  const began = performance.now()
  const { count, complete } = search(words, 8)
  expect(count).toBeGreaterThan(10_000)
  expect(complete).toBe(true)
  expect(performance.now() - began).toBeLessThan(20_000)
})

test('a search that grows too large stops and says so', () => {
  const same = new Uint32Array(4 * 3000)
  expect(search(same, 8, { pairs: 10_000 })).toMatchObject({ complete: false })
  expect(search(same, 8, { pairs: 10_000 }).count).toBeLessThan(20_000)
  expect(search(same, 8, { comparisons: 10_000 })).toMatchObject({ complete: false })
})

test('of none and of one there are no pairs', () => {
  expect(search(new Uint32Array(0), 8)).toMatchObject({ count: 0, complete: true })
  expect(search(new Uint32Array(4), 8)).toMatchObject({ count: 0, complete: true })
})

test('bits are counted', () => {
  for (const word of [0, 1, 3, 0x80000000, 0xffffffff, 0x12345678]) {
    expect(popcount(word)).toBe(word.toString(2).replaceAll('0', '').length)
  }
})
