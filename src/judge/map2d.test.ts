import { expect, test } from 'vitest'
import { ops, scope, tensor } from '../torch/index.js'
import { affinities } from './affinities.js'
import { knn, map2d } from './index.js'
import { normalised } from './nearest.js'
import { blobs, leak } from './testing/banks.js'

test('a map keeps classes apart that are apart, within -1 to 1, the same each time', () => {
  const bank = blobs({ classes: 5, dims: 20, count: 40, noise: 0.5, seed: 1 })
  let places: [number, number][] = []
  expect(leak(() => (places = map2d(bank.features, { iterations: 200 })))).toBe(0)
  const flat = places.flat()
  expect(Math.max(...flat.map(Math.abs))).toBeCloseTo(1, 5)
  expect(flat.every(Number.isFinite)).toBe(true)
  // a third coordinate makes cosine neighbours of plane ones
  const lifted = { ...bank, features: tensor(places.map(([x, y]) => [x, y, 4])) }
  expect(knn(lifted, lifted, { k: 6, temperature: 1 }).mean).toBeGreaterThan(0.95)
  expect(map2d(bank.features, { iterations: 200 })).toEqual(places)
})

test('every point minds as many neighbours as the perplexity says', () => {
  scope(() => {
    const { features } = blobs({ classes: 3, dims: 6, count: 100, noise: 1, seed: 2 })
    const p = affinities(normalised(features), 20)
    expect(p.sum().item()).toBeCloseTo(1, 4)
    expect(p.sub(p.t()).abs().max().item()).toBe(0)
    expect(p.diagonal().abs().max().item()).toBe(0)
    const rows = p.div(p.sum([1], true)).clamp_min(1e-30)
    const perplexity = rows.mul(rows.log()).sum([1]).neg().exp().mean().item()
    // symmetrising adds a few neighbours to each
    expect(perplexity).toBeGreaterThan(20)
    expect(perplexity).toBeLessThan(32)
  })
})

test('maps of very few, equal and many pictures', () => {
  scope(() => {
    expect(
      map2d(ops.ones([6, 3]), { iterations: 50 })
        .flat()
        .every(Number.isFinite),
    ).toBe(true)
    expect(map2d(tensor([[1], [2], [-3], [4]]), { iterations: 20 })).toHaveLength(4)
    expect(() => map2d(ops.ones([3, 2]))).toThrow('expected 4 to 5000 points for a map, got 3')
    expect(() => map2d(ops.ones([5001, 1]))).toThrow('got 5001')
  })
})
