import { expect, test } from 'vitest'
import { blobs, memoryIndex } from '../testing/memory-index.js'
import { adjustedRand } from './choose-k.js'
import { clusterIndex } from './cluster.js'
import { kmeans } from './kmeans.js'
import { clusterJson, clusterTable } from './words.js'

test('k-means of points whose groups are plain, each at its nearest centre, and the inertia a plain sum', () => {
  const data = Float32Array.of(0, 0, 0, 1, 1, 0, 10, 10, 10, 11, 11, 10)
  const { of, centres, inertia } = kmeans(data, 2, 2)
  expect(of[0]).toBe(of[1])
  expect(of[3]).not.toBe(of[0])
  const own = (of[0] as number) * 2
  expect([...centres.subarray(own, own + 2)]).toEqual([expect.closeTo(1 / 3, 5), expect.closeTo(1 / 3, 5)])
  // of each corner 2/9 + 5/9 + 5/9
  expect(inertia).toBeCloseTo(8 / 3, 4)
})

test('more groups than rows, or rows that are all alike, give no NaN', () => {
  expect(kmeans(Float32Array.of(1, 2), 2, 5).k).toBe(1)
  const { centres, inertia } = kmeans(new Float32Array(20).fill(1), 2, 3)
  expect([...centres]).toEqual([1, 1, 1, 1, 1, 1])
  expect(inertia).toBe(0)
})

test('the adjusted Rand index is 1 for the same groups by other names, and that of an example by hand', () => {
  expect(adjustedRand(Int32Array.of(0, 0, 1, 1), Int32Array.of(5, 5, 2, 2))).toBe(1)
  // one pair is together in both of 2 and 3: (1 - 1) / (2.5 - 1) with 2 · 3 / 6 by chance
  expect(adjustedRand(Int32Array.of(0, 0, 1, 1), Int32Array.of(0, 0, 0, 1))).toBeCloseTo(0, 9)
})

test('the number of groups is found, they are named, and the middle ones come first', async () => {
  const names = ['apple', 'pear', 'plum']
  const rows = blobs(3, 40, 0.3)
  const index = memoryIndex(
    rows.map(({ vector, group }, at) => ({
      vector,
      // the third has no labels, but words in its path
      label: group < 2 ? (names[group] as string) : null,
      path: `img/${names[group]}s/IMG_${at}.jpg`,
    })),
  )
  const found = await clusterIndex(index)
  expect(found.clusters.map(({ size, name, share }) => [size, name, share]).sort()).toEqual([
    [40, 'apple', 1],
    [40, 'pear', 1],
    [40, 'plums', 1],
  ])
  for (const [at, { group }] of rows.entries()) expect(found.of[at]).toBe(found.of[group])
  for (const { medoids } of found.clusters) {
    const away = medoids.map((row) => found.distances[row] as number)
    expect(away).toEqual(away.toSorted((a, b) => a - b))
  }
  const csv = (await clusterTable(index, found, 'x.csv')) as string
  expect(csv.split('\n')[1]).toMatch(/^img\/apples\/IMG_0.jpg,\d,apple,0\.\d{5}$/)
  expect(JSON.stringify(await clusterJson(index, found))).not.toContain('null')
})

test('awkward indices: one row, three, all alike, and a number that does not go', async () => {
  const one = await clusterIndex(memoryIndex([{ vector: [1, 0] }]))
  expect(one.clusters).toMatchObject([{ size: 1, spread: 0, medoids: [0] }])
  expect((await clusterIndex(memoryIndex(blobs(3, 1, 0.1)), { k: 3 })).clusters).toHaveLength(3)
  const alike = await clusterIndex(memoryIndex(Array.from({ length: 60 }, () => ({ vector: [1, 2, 3] }))))
  expect(alike.clusters[0]?.size).toBe(60)
  expect([...alike.distances].every(Number.isFinite)).toBe(true)
  await expect(clusterIndex(memoryIndex([{ vector: [1] }]), { k: 2 })).rejects.toThrow(
    /`k` is 2 where a whole number of 1 to 1/,
  )
  await expect(clusterIndex(memoryIndex([]))).rejects.toThrow(/has no pictures to group/)
})
