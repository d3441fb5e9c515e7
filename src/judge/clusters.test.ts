import { expect, test } from 'vitest'
import { ops, scope, tensor } from '../torch/index.js'
import { adjustedRand, clusterScores, contingency, kmeans, mutualInformation } from './index.js'
import { blobs, leak } from './testing/banks.js'

test('partitions that agree, that do not, and one that is known by hand', () => {
  const same = contingency([0, 0, 1, 1, 2], [5, 5, 3, 3, 9])
  expect([mutualInformation(same), adjustedRand(same)]).toEqual([expect.closeTo(1, 12), 1])
  const crossed = contingency([0, 0, 1, 1], [0, 1, 0, 1])
  // two of two pairs lie apart where 2 · 2 / 6 are expected together: (0 - 2/3) / (2 - 2/3)
  expect([mutualInformation(crossed), adjustedRand(crossed)]).toEqual([
    expect.closeTo(0, 12),
    expect.closeTo(-0.5, 12),
  ])
  // everything in one cluster says nothing
  const one = contingency([0, 0, 0, 0], [0, 0, 1, 1])
  expect([mutualInformation(one), adjustedRand(one)]).toEqual([0, 0])
})

test('k-means finds clusters that are there, the same each time', () => {
  const bank = blobs({ classes: 6, dims: 10, count: 50, noise: 0.1, seed: 4 })
  let runs = kmeans(bank.features, 6, [1, 2, 3, 4, 5, 6, 7, 8])
  expect(leak(() => (runs = kmeans(bank.features, 6, [1, 2, 3, 4, 5, 6, 7, 8])))).toBe(0)
  const best = runs.reduce((a, b) => (b.inertia < a.inertia ? b : a))
  expect(adjustedRand(contingency(best.clusters, bank.labels))).toBe(1)
  // the sum of squares around the clusters' own means
  const values = bank.features.toArray()
  let inertia = 0
  for (let c = 0; c < 6; c++) {
    const rows = [...best.clusters.keys()].filter((i) => best.clusters[i] === c)
    for (let d = 0; d < 10; d++) {
      const own = rows.map((i) => values[i * 10 + d] as number)
      const mean = own.reduce((sum, x) => sum + x, 0) / own.length
      inertia += own.reduce((sum, x) => sum + (x - mean) ** 2, 0)
    }
  }
  expect(best.inertia / inertia).toBeCloseTo(1, 3)
  expect(kmeans(bank.features, 6, [3])[0]?.clusters).toEqual(runs[2]?.clusters)
})

test('scores say how well clusters are classes, from 1 down to chance', () => {
  const good = clusterScores(blobs({ classes: 4, dims: 8, count: 100, noise: 0.1, seed: 1 }))
  expect(good).toMatchObject({ nmi: { mean: 1 }, ari: { mean: 1 }, k: 4 })
  const noisy = blobs({ classes: 4, dims: 8, count: 100, noise: 1, seed: 1 })
  let middle = clusterScores(noisy)
  expect(leak(() => (middle = clusterScores(noisy)))).toBe(0)
  expect(middle.ari.mean).toBeGreaterThan(0.1)
  expect(middle.ari.mean).toBeLessThan(0.9)
  expect(middle.ari.low).toBeLessThan(middle.ari.mean)
  const shuffled = { ...noisy, labels: noisy.labels.map((_, i) => Math.floor(i / 9) % 4) }
  expect(Math.abs(clusterScores(shuffled).ari.mean)).toBeLessThan(0.05)
  expect(clusterScores(noisy)).toEqual(middle)
})

test('a collapse, one class and fewer pictures than clusters', () => {
  scope(() => {
    const labels = Int32Array.from({ length: 12 }, (_, i) => i % 3)
    expect(clusterScores({ features: ops.full([12, 5], 0.7), labels, classes: 3 })).toMatchObject({
      nmi: { mean: 0 },
      ari: { mean: 0 },
    })
    expect(clusterScores({ features: ops.randn([12, 5]), labels: new Int32Array(12), classes: 1 }).k).toBe(1)
    const single = { features: tensor([[1, 0]]), labels: Int32Array.of(2), classes: 7 }
    expect(clusterScores(single).nmi.mean).toBe(1)
    expect(kmeans(ops.eye(3), 3, [0])[0]?.inertia).toBeCloseTo(0, 6)
  })
})
