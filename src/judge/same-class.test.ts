import { expect, test } from 'vitest'
import { evenly } from '../images/index.js'
import { ops, scope, tensor } from '../torch/index.js'
import { type Bank, sameClass } from './index.js'
import { averagePrecisions } from './ranking.js'
import { blobs, leak } from './testing/banks.js'

test('average precision by hand, ties as one step', () => {
  const score = (similarities: number[], labels: number[]) =>
    averagePrecisions(Float32Array.from(similarities), Int32Array.from(labels), Int32Array.of(1))
  // right ones at places 1 and 3: (1 / 1 + 2 / 3) / 2
  expect(score([0.9, 0.5, 0.1, -0.5], [1, 0, 1, 0]).precision[0]).toBeCloseTo(5 / 6, 12)
  expect(score([0.9, 0.5, 0.1, -0.5], [0, 1, 1, 0]).first[0]).toBe(2)
  expect(score([-1, 1], [1, 0])).toEqual({ precision: Float64Array.of(0.5), first: Float64Array.of(2) })
  // all alike: the share of right ones, and the first is found after all have been looked at
  expect(score([0.3, 0.3, 0.3, 0.3], [1, 0, 0, 0])).toEqual({
    precision: Float64Array.of(0.25),
    first: Float64Array.of(4),
  })
  expect(score([1, 0.5], [0, 2])).toEqual({ precision: Float64Array.of(0), first: Float64Array.of(Infinity) })
})

test('agrees with a plain sort on a bank, and a collapse finds only the share of the class', () => {
  const [train, queries] = [1, 2].map((seed) =>
    blobs({ classes: 5, dims: 7, count: 60, noise: 1.2, seed }),
  ) as [Bank, Bank]
  const rows = ({ features }: Bank) => {
    const flat = features.toArray()
    return Array.from({ length: flat.length / 7 }, (_, i) => flat.slice(i * 7, i * 7 + 7))
  }
  const known = rows(train)
  const cosine = (a: number[], b: number[]) =>
    a.reduce((sum, x, i) => sum + x * (b[i] as number), 0) / Math.hypot(...a) / Math.hypot(...b)
  const seen = rows(queries).map((query, q) => {
    const ranked = known
      .map((row, i) => ({ right: train.labels[i] === queries.labels[q], s: cosine(query, row) }))
      .sort((a, b) => b.s - a.s)
    let right = 0
    let sum = 0
    for (const [place, one] of ranked.entries()) if (one.right) sum += ++right / (place + 1)
    return { precision: sum / right, first: ranked.findIndex((one) => one.right) }
  })
  let found = sameClass({ train, test: queries })
  expect(leak(() => (found = sameClass({ train, test: queries })))).toBe(0)
  expect(found.map.mean).toBeCloseTo(seen.reduce((sum, { precision }) => sum + precision, 0) / 300, 6)
  expect(found.recall.map(({ score }) => score.mean)).toEqual(
    [1, 5, 10].map((k) => seen.filter(({ first }) => first < k).length / 300),
  )
  expect(found.gallery).toBe(300)
  scope(() => {
    const flat = (bank: Bank) => ({ ...bank, features: ops.full([300, 7], 0.3) })
    const collapsed = sameClass({ train: flat(train), test: flat(queries) })
    expect(collapsed.map.mean).toBeCloseTo(0.2, 6)
    expect(collapsed.recall.map(({ score }) => score.mean)).toEqual([0, 0, 0])
  })
})

test('a large bank is searched in a sample, the same for every contender', () => {
  scope(() => {
    const count = 20_100
    const bank: Bank = {
      features: tensor(Float32Array.from({ length: count * 2 }, (_, i) => Math.sin(i * 12.9898))).view([
        -1, 2,
      ]),
      labels: Int32Array.from({ length: count }, (_, i) => i % 3),
      classes: 3,
    }
    const few = { ...bank, features: bank.features.narrow(0, 0, 50), labels: bank.labels.slice(0, 50) }
    const found = sameClass({ train: bank, test: few })
    expect(found.gallery).toBe(20_000)
    expect(sameClass({ train: bank, test: few })).toEqual(found)
    // labels have nothing to do with the features
    expect(found.map.mean).toBeCloseTo(1 / 3, 2)
  })
})

test('of many test pictures some at even distances search, in any blocks', () => {
  scope(() => {
    const bank = (count: number): Bank => ({
      features: tensor(Float32Array.from({ length: count * 4 }, (_, i) => Math.sin(i * 7.13))).view([-1, 4]),
      labels: Int32Array.from({ length: count }, (_, i) => (i * i) % 5),
      classes: 5,
    })
    // 8,000 training pictures make two blocks of the 3,000 test pictures
    const [train, test] = [bank(8000), bank(3000)]
    const all = sameClass({ train, test })
    expect(all.queries).toBe(2500)
    const rows = evenly(3000, 2500)
    const some = {
      ...test,
      features: test.features.index_select(0, tensor(rows).to('int64')),
      labels: Int32Array.from(rows, (row) => test.labels[row] as number),
    }
    expect(all.map.mean).toBeCloseTo(sameClass({ train, test: some }).map.mean, 9)
  })
})
