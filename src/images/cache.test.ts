import { expect, test } from 'vitest'
import { cached, defaultBudget } from './cache.js'
import { madeSource } from './testing/made.js'

test('reads each picture once while it fits, and gives the same pictures', async () => {
  const source = madeSource(12, [4])
  const plain = madeSource(12)
  const budget = { bytes: 45 }
  const kept = cached(source, budget)
  for (let epoch = 0; epoch < 3; epoch++) {
    for (let index = 0; index < 12; index++) {
      if (index === 4) await expect(kept.read(index)).rejects.toThrow('it is bad')
      else expect(await kept.read(index)).toEqual(await plain.read(index))
    }
  }
  // by hand: pictures take 3, 12, 9, 6, –, 18, 3, 12 … bytes, so that 0 to 3 fit, 5 does not, and 6 and 7 fill the rest
  expect(kept.kept).toBe(6)
  expect(budget.bytes).toBe(0)
  expect(kept.hits).toBe(2 * 6)
})

test('counts a picture once that is read twice at the same time', async () => {
  const budget = { bytes: 100 }
  const kept = cached(
    madeSource(2, [], () => 1),
    budget,
  )
  await Promise.all([kept.read(0), kept.read(0), kept.read(0)])
  expect(budget.bytes).toBe(97)
})

test('keeps nothing without memory', async () => {
  const source = madeSource(2)
  const kept = cached(source, { bytes: 0 })
  await kept.read(0)
  await kept.read(0)
  expect(source.reads).toEqual([0, 0])
  expect(kept.hits).toBe(0)
})

test('takes no more than a quarter of the memory by default', () => {
  expect(defaultBudget().bytes).toBeGreaterThan(0)
  expect(defaultBudget().bytes).toBeLessThan(process.constrainedMemory() || Number.MAX_SAFE_INTEGER)
})
