import { expect, test } from 'vitest'
import { ops, scope } from '../torch/index.js'
import { fewLabels, linearProbe } from './index.js'
import { blobs, leak } from './testing/banks.js'

const easy = (seed: number) => blobs({ classes: 4, dims: 8, count: 50, noise: 0.15, seed })
const hard = (seed: number) => blobs({ classes: 4, dims: 8, count: 200, noise: 1.1, seed })

test('a linear probe solves what a line separates and beats chance on what overlaps', () => {
  expect(linearProbe(easy(1), easy(2)).mean).toBe(1)
  const score = linearProbe(hard(1), hard(2))
  expect(score.mean).toBeGreaterThan(0.4)
  expect(score.mean).toBeLessThan(0.9)
  expect(score.spread).toBeGreaterThan(0.005)
})

test('the scale and the offset of features change nothing, nor does a column that never varies', () => {
  scope(() => {
    const [train, test] = [hard(1), hard(2)]
    const moved = (bank: typeof train) => {
      const [n = 0, d = 0] = bank.features.shape
      const scales = ops.arange(1, d + 1).mul(7.5)
      return { ...bank, features: ops.cat([bank.features.mul(scales).add(3), ops.ones([n, 2])], 1) }
    }
    expect(linearProbe(moved(train), moved(test)).mean).toBeCloseTo(linearProbe(train, test).mean, 2)
    expect(fewLabels(moved(train), moved(test)).mean).toBeCloseTo(fewLabels(train, test).mean, 2)
  })
})

test('shuffled labels teach nothing: the test set is never seen in training', () => {
  const train = hard(1)
  const labels = train.labels.map((_, i) => Math.floor(i / 7) % 4)
  expect(linearProbe({ ...train, labels }, hard(2)).mean).toBeLessThan(0.4)
})

test('few labels vary by draw and do better with more of them', () => {
  const few = fewLabels(hard(1), hard(2), { perClass: 3, draws: 8 })
  const more = fewLabels(hard(1), hard(2), { perClass: 100, draws: 8 })
  expect(few.values).toHaveLength(8)
  expect(new Set(few.values).size).toBeGreaterThan(2)
  expect(more.mean).toBeGreaterThan(few.mean + 0.05)
  expect(more.spread).toBeLessThan(few.spread)
  expect(few.error).toBeGreaterThan(few.spread / Math.sqrt(8))
  expect(fewLabels(hard(1), hard(2), { perClass: 3, draws: 8 })).toEqual(few)
  expect(fewLabels(hard(1), hard(2), { perClass: 3, draws: 8, seed: 5 }).values).not.toEqual(few.values)
  expect(fewLabels(easy(1), easy(2), { perClass: 5 }).mean).toBeGreaterThan(0.97)
})

test('both leave no tensor behind and report progress to its end', () => {
  const [train, test] = [easy(1), easy(2)]
  const seen: number[] = []
  expect(leak(() => linearProbe(train, test, { progress: (done, total) => seen.push(done / total) }))).toBe(0)
  expect(leak(() => fewLabels(train, test, { progress: (done, total) => seen.push(done / total) }))).toBe(0)
  expect(seen.at(-1)).toBe(1)
  expect(() => fewLabels(train, test, { draws: 0 })).toThrow(
    'expected perClass and draws of 1 or more, got 10 and 0',
  )
})

test('collapsed features score chance, not an error, and broken ones an error, not a score', () => {
  scope(() => {
    const [train, test] = [hard(1), hard(2)]
    const flat = (bank: typeof train) => ({
      ...bank,
      features: ops.full([800, 8], 0.3).add(ops.randn([800, 8]).mul(1e-7)),
    })
    expect(linearProbe(flat(train), flat(test)).mean).toBeLessThan(0.32)
    expect(fewLabels(flat(train), flat(test)).mean).toBeLessThan(0.32)
    const broken = { ...test, features: test.features.clone() }
    broken.features.narrow(0, 5, 1).fill_(Number.NaN)
    expect(() => linearProbe(train, broken)).toThrow('expected finite test features, got NaN')
  })
})
