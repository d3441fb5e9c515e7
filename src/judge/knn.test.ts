import { expect, test } from 'vitest'
import { ops, scope, tensor } from '../torch/index.js'
import { type Bank, knn } from './index.js'
import { greatest } from './nearest.js'
import { blobs, leak } from './testing/banks.js'

const make = (dims: number[][], labels: number[], classes = 2): Bank => ({
  features: tensor(dims),
  labels: Int32Array.from(labels),
  classes,
})

test('near neighbours outvote a majority of far ones, and the temperature decides how much', () => {
  const bank = make(
    [
      [1, 0],
      [0.6, 0.8],
      [0.6, -0.8],
    ],
    [0, 1, 1],
  )
  const query = make([[1, 0]], [0])
  // weights exp(1 / T) against 2 · exp(0.6 / T): equal at T = 0.4 / ln 2 = 0.577
  expect(knn(bank, query, { k: 3, temperature: 0.55 }).mean).toBe(1)
  expect(knn(bank, query, { k: 3, temperature: 0.6 }).mean).toBe(0)
  expect(knn(bank, query, { k: 1, temperature: 9 }).mean).toBe(1)
  expect(knn(bank, query, { k: 3, temperature: 1e-4 }).mean).toBe(1)
})

test('agrees with a plain loop in doubles on overlapping classes', () => {
  const [bank, queries] = [1, 2].map((seed) =>
    blobs({ classes: 5, dims: 7, count: 60, noise: 1.2, seed }),
  ) as [Bank, Bank]
  const rows = ({ features, labels }: Bank) => {
    const flat = features.toArray()
    return Array.from(labels, (_, i) => {
      const row = flat.slice(i * 7, (i + 1) * 7)
      const length = Math.hypot(...row)
      return row.map((x) => x / length)
    })
  }
  const known = rows(bank)
  const right = rows(queries).filter((query, q) => {
    const near = known
      .map((row, i) => ({
        label: bank.labels[i] as number,
        s: row.reduce((sum, x, d) => sum + x * (query[d] as number), 0),
      }))
      .sort((a, b) => b.s - a.s)
      .slice(0, 20)
    const votes = [0, 1, 2, 3, 4].map((c) =>
      near.reduce((sum, { label, s }) => sum + (label === c ? Math.exp(s / 0.1) : 0), 0),
    )
    return votes.indexOf(Math.max(...votes)) === queries.labels[q]
  }).length
  const score = knn(bank, queries)
  expect(score.mean).toBeCloseTo(right / 300, 9)
  expect(score.mean).toBeGreaterThan(0.4)
  expect(score.mean).toBeLessThan(0.95)
  // the binomial standard error is what a bootstrap over pictures must find
  expect(score.spread / Math.sqrt((score.mean * (1 - score.mean)) / 300)).toBeCloseTo(1, 0)
  expect(knn(bank, queries)).toEqual(score)
  expect(knn(bank, queries, { seed: 1 }).values).not.toEqual(score.values)
})

test('the greatest of long rows are those of a full sort', () => {
  scope(() => {
    const rows = ops.randn([3, 5003])
    const [values, columns] = greatest(rows, 20)
    const [sorted, order] = rows.sort(1, true)
    expect(values.toArray()).toEqual(sorted.narrow(1, 0, 20).toArray())
    expect(columns.toArray()).toEqual(order.narrow(1, 0, 20).toArray())
  })
})

test('leaves no tensor behind, not even when it refuses', () => {
  const bank = blobs({ classes: 3, dims: 4, count: 10, noise: 0.1, seed: 1 })
  expect(leak(() => knn(bank, bank))).toBe(0)
  expect(leak(() => expect(() => knn(bank, bank, { k: 0 })).toThrow('expected k of 1 or more, got 0'))).toBe(
    0,
  )
  expect(() => knn(bank, { ...bank, labels: new Int32Array(3) })).toThrow(
    'one label for each of the 30 pictures',
  )
  expect(() => knn({ ...bank, classes: 2 }, { ...bank, classes: 2 })).toThrow('labels from 0 to 1')
})
