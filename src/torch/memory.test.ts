import { expect, test } from 'vitest'
import {
  about,
  grad,
  memory,
  ops,
  releaseCachedMemory,
  scope,
  setThreads,
  type Tensor,
  tensor,
  threads,
} from './index.js'

const collect = globalThis.gc as () => void

/** Collects garbage until no more than `count` tensors live, or the patience ends. */
async function settle(count: number): Promise<number> {
  for (let turn = 0; turn < 50 && memory().tensors > count; turn++) {
    collect()
    await new Promise(setImmediate)
  }
  return memory().tensors
}

function dropOutsideOfScopes(count: number): void {
  for (let i = 0; i < count; i++) tensor(new Float32Array(256)).add(i)
}

test('tensors dropped outside of every scope are collected', async () => {
  const before = await settle(0)
  const { bytes } = memory()
  dropOutsideOfScopes(200)
  expect(memory().tensors).toBe(before + 400)
  expect(await settle(before)).toBe(before)
  expect(memory().bytes).toBe(bytes)
})

const numbers = () => Array.from({ length: 50 }, (_, i) => tensor(Float32Array.of(i)))

function disposeByHand(): void {
  for (const one of numbers()) one.dispose()
}

test('collecting never frees a slot that another tensor has by now', async () => {
  disposeByHand()
  const held = numbers()
  await settle(0)
  expect(held.map((one) => one.item())).toEqual(Array.from({ length: 50 }, (_, i) => i))
  for (const one of held) one.dispose()
})

test('nothing grows over 2,000 steps', () => {
  const weight = tensor([
    [0.1, 0.2],
    [0.3, 0.4],
  ]).setRequiresGrad()
  const step = () =>
    scope(() => {
      const loss = ops
        .linear(ops.ones([4, 2]), weight)
        .relu()
        .square()
        .mean()
      const [gradient] = grad(loss, [weight])
      return (gradient as Tensor).sum().item()
    })
  const first = step()
  const before = memory()
  for (let i = 0; i < 2000; i++) step()
  expect(memory().tensors).toBe(before.tensors)
  expect(memory().bytes).toBe(before.bytes)
  expect(step()).toBe(first)
  weight.dispose()
})

test('memory of large tensors is kept for reuse until it is given back', () => {
  ops.zeros([1 << 20]).dispose()
  expect(memory().cached).toBeGreaterThanOrEqual(4 << 20)
  releaseCachedMemory()
  expect(memory().cached).toBe(0)
})

test('threads can be set and read', () => {
  const before = threads()
  setThreads(2)
  expect(threads()).toBe(2)
  setThreads(before)
  expect(threads()).toBe(before)
  expect(() => setThreads(0)).toThrow(/positive/)
})

test('the library says what it is', () => {
  expect(about().version).toMatch(/^\d+\.\d+\.\d+/)
  expect(about().cudaDevices).toBeGreaterThanOrEqual(about().cuda ? 1 : 0)
})
