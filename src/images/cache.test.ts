import { expect, test } from 'vitest'
import { Budget, cached, defaultBudget, PER_PICTURE } from './cache.js'
import { madeSource } from './testing/made.js'

test('reads each picture once while it fits, and gives the same pictures', async () => {
  const source = madeSource(12, [4])
  const plain = madeSource(12)
  const budget = new Budget(45 + 5 * PER_PICTURE)
  const kept = cached(source, budget)
  for (let epoch = 0; epoch < 3; epoch++) {
    for (let index = 0; index < 12; index++) {
      if (index === 4) await expect(kept.read(index)).rejects.toThrow('it is bad')
      else expect(await kept.read(index)).toEqual(await plain.read(index))
    }
  }
  // by hand: pixels take 3, 12, 9, 6, –, 18, 3, 12 … bytes, so that 0 to 3 fit, 5 does not, 6 does, and no other after it
  expect(kept.kept).toBe(5)
  expect(budget.bytes).toBe(12)
  expect(kept.hits).toBe(2 * 5)
})

test('counts a picture once that is read twice at the same time', async () => {
  const budget = new Budget(1000)
  const kept = cached(
    madeSource(2, [], () => 1),
    budget,
  )
  await Promise.all([kept.read(0), kept.read(0), kept.read(0)])
  expect(budget.bytes).toBe(997 - PER_PICTURE)
})

test('counts what a tiny picture really takes', async () => {
  const count = 100_000
  const tiny = {
    ...madeSource(count),
    read: async () => ({ data: Uint8Array.of(1, 2, 3), width: 1, height: 1, channels: 3 }),
  }
  globalThis.gc?.()
  const before = process.memoryUsage()
  const kept = cached(tiny, new Budget(1e9))
  for (let index = 0; index < count; index++) await kept.read(index)
  globalThis.gc?.()
  const after = process.memoryUsage()
  const bytes = after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers
  expect(kept.kept).toBe(count)
  expect(bytes / count).toBeGreaterThan(PER_PICTURE / 2)
  expect(bytes / count).toBeLessThan(1.5 * PER_PICTURE)
})

test('keeps nothing without memory', async () => {
  const source = madeSource(2)
  const kept = cached(source, new Budget(0))
  await kept.read(0)
  await kept.read(0)
  expect(source.reads).toEqual([0, 0])
  expect(kept.hits).toBe(0)
})

test('gives its memory back when it lets go of pictures, or is gone itself', async () => {
  const budget = new Budget(1000)
  const kept = cached(madeSource(3), budget)
  await kept.read(1)
  expect(budget.bytes).toBeLessThan(1000)
  kept.letGo()
  expect([budget.bytes, kept.kept]).toEqual([1000, 0])
  // in a function of its own, so that nothing here holds it
  await (async () => void (await cached(madeSource(3), budget).read(1)))()
  expect(budget.bytes).toBeLessThan(1000)
  for (let tries = 0; tries < 50 && budget.bytes < 1000; tries++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  expect(budget.bytes).toBe(1000)
})

test('all sets share a part of the memory by default', () => {
  expect(defaultBudget()).toBe(defaultBudget())
  expect(defaultBudget().bytes).toBeLessThan(process.constrainedMemory() || Number.MAX_SAFE_INTEGER)
})
