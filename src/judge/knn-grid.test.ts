import { expect, test } from 'vitest'
import { ops, scope, tensor } from '../torch/index.js'
import { type Bank, knn, knnGrid } from './index.js'
import { NEIGHBOURS, TEMPERATURES } from './knn-grid.js'
import { blobs, leak } from './testing/banks.js'

const bank = (seed: number, noise = 1.2) => blobs({ classes: 5, dims: 7, count: 60, noise, seed })

test('every point of the grid is what plain k-NN says', () => {
  const [train, queries] = [bank(1), bank(2)]
  let found = knnGrid({ train, test: queries })
  expect(leak(() => (found = knnGrid({ train, test: queries })))).toBe(0)
  expect(found.grid).toHaveLength(NEIGHBOURS.length * TEMPERATURES.length)
  for (const { k = 0, temperature = 0, test: share } of found.grid) {
    expect(share).toBeCloseTo(knn(train, queries, { k, temperature }).mean, 12)
  }
  const { k, temperature } = found
  expect(found.score).toEqual(knn(train, queries, { k, temperature }))
  expect(found.usual.map(({ score }) => score.mean)).toEqual(
    [20, 200].map((many) => knn(train, queries, { k: many, temperature: 0.1 }).mean),
  )
})

test('the pair is the best on training pictures without themselves; test pictures have no say', () => {
  const train = bank(1)
  const found = knnGrid({ train, test: bank(2) })
  const held = found.grid.map(({ held_out = 0 }) => held_out)
  const chosen = found.grid.find((point) => point.k === found.k && point.temperature === found.temperature)
  expect(chosen?.held_out).toBe(Math.max(...held))
  // with itself in the bank, the nearest one would always be right
  expect(found.grid.find(({ k }) => k === 1)?.held_out).toBeLessThan(0.9)
  const other = knnGrid({ train, test: bank(3, 3) })
  expect([other.k, other.temperature]).toEqual([found.k, found.temperature])
  expect(other.grid.map(({ held_out = 0 }) => held_out)).toEqual(held)
})

test('twins of labels that lie: many neighbours are chosen where one is not to be trusted', () => {
  scope(() => {
    const make = (seed: number): Bank => {
      const clean = blobs({ classes: 2, dims: 3, count: 150, noise: 0.3, seed })
      return { ...clean, labels: clean.labels.map((label, i) => (i % 4 === 0 ? 1 - label : label)) }
    }
    expect(knnGrid({ train: make(1), test: make(2) }).k).toBeGreaterThan(5)
  })
})

test('one picture, two pictures and pictures all alike are judged as usual', () => {
  scope(() => {
    const one: Bank = { features: tensor([[1, 2]]), labels: Int32Array.of(0), classes: 1 }
    expect(knnGrid({ train: one, test: one })).toMatchObject({ k: 20, temperature: 0.1, score: { mean: 1 } })
    const two: Bank = {
      features: tensor([
        [1, 2],
        [3, 1],
      ]),
      labels: Int32Array.of(0, 1),
      classes: 2,
    }
    expect(knnGrid({ train: two, test: two }).score.mean).toBeGreaterThanOrEqual(0.5)
    const flat: Bank = {
      features: ops.ones([30, 4]),
      labels: Int32Array.from({ length: 30 }, (_, i) => i % 3),
      classes: 3,
    }
    expect(knnGrid({ train: flat, test: flat }).score.mean).toBeCloseTo(1 / 3, 6)
  })
})
