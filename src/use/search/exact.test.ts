import { expect, test } from 'vitest'
import { noise } from '../testing/tiny-model.js'
import { searchParts } from './exact.js'

/** Vectors of length 1, as an index has them. */
function units(count: number, dimension: number, seed: number): Float32Array {
  const made = Float32Array.from({ length: count * dimension }, noise(seed))
  for (let row = 0; row < count; row++) {
    const one = made.subarray(row * dimension, (row + 1) * dimension)
    const length = Math.hypot(...one)
    for (let i = 0; i < dimension; i++) one[i] = (one[i] as number) / length
  }
  return made
}

async function* inParts(vectors: Float32Array, dimension: number, sizes: readonly number[]) {
  let first = 0
  for (const count of sizes) {
    yield { first, count, vectors: vectors.slice(first * dimension, (first + count) * dimension) }
    first += count
  }
}

/** By plain loops and a sort of all. */
function byHand(queries: Float32Array, vectors: Float32Array, dimension: number, k: number) {
  const dot = (a: Float32Array, i: number, b: Float32Array, j: number) => {
    let sum = 0
    for (let d = 0; d < dimension; d++)
      sum += (a[i * dimension + d] as number) * (b[j * dimension + d] as number)
    return sum
  }
  return Array.from({ length: queries.length / dimension }, (_, q) => {
    const length = Math.sqrt(dot(queries, q, queries, q))
    const all = Array.from({ length: vectors.length / dimension }, (_, row) => ({
      row,
      score: dot(queries, q, vectors, row) / length,
    }))
    return all.sort((a, b) => b.score - a.score || a.row - b.row).slice(0, k)
  })
}

test.each([1, 7, 300])('the nearest of %i are those of a sort of all, over several parts', async (k) => {
  const dimension = 24
  const vectors = units(500, dimension, 3)
  const queries = Float32Array.from({ length: 9 * dimension }, noise(11))
  const found = await searchParts(queries, dimension, k, 500, inParts(vectors, dimension, [130, 1, 369]))
  expect(found.k).toBe(k)
  for (const [q, expected] of byHand(queries, vectors, dimension, k).entries()) {
    expect(Array.from(found.rows.subarray(q * k, (q + 1) * k))).toEqual(expected.map(({ row }) => row))
    for (const [i, { score }] of expected.entries()) expect(found.scores[q * k + i]).toBeCloseTo(score, 6)
  }
})

test('copies have one score wherever they stand, and the first comes first', async () => {
  const dimension = 37
  const vectors = units(700, dimension, 5)
  const copies = [
    3, 64, 65, 128, 129, 300, 301, 302, 399, 400, 401, 555, 600, 650, 651, 652, 653, 654, 655, 699,
  ]
  for (const row of copies) vectors.copyWithin(row * dimension, 3 * dimension, 4 * dimension)
  const query = vectors.slice(3 * dimension, 4 * dimension)
  for (const k of [1, 3, 12, 20]) {
    const { rows, scores } = await searchParts(
      query,
      dimension,
      k,
      700,
      inParts(vectors, dimension, [400, 300]),
    )
    expect(Array.from(rows)).toEqual(copies.slice(0, k))
    expect(new Set(scores).size).toBe(1)
    expect(scores[0]).toBeCloseTo(1, 6)
  }
})

test('more than there is gives all, and what is no query is refused', async () => {
  const vectors = units(3, 4, 7)
  const parts = () => inParts(vectors, 4, [3])
  expect((await searchParts(units(1, 4, 8), 4, 20, 3, parts())).k).toBe(3)
  await expect(searchParts(new Float32Array(4), 4, 1, 3, parts())).rejects.toThrow(/zero throughout/)
  await expect(searchParts(new Float32Array(5), 4, 1, 3, parts())).rejects.toThrow(/of 4 numbers each/)
  await expect(searchParts(units(1, 4, 8), 4, 0, 3, parts())).rejects.toThrow(/from 1 on/)
})
