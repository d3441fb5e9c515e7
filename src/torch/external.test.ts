/** What V8 is told of libtorch's memory: the bytes of storages, each once, whatever its dtype and its views. */
import { expect, test } from 'vitest'
import { type DType, disposeAll, keep, memory, ops, scope } from './index.js'

const MIB = 2 ** 20

/** By how many MiB more V8 is told of. */
function toldBy(body: () => void): number {
  const before = memory().watched
  body()
  return (memory().watched - before) / MIB
}

test('a tensor counts the bytes that its dtype takes, and gives them back', () => {
  for (const [dtype, size] of [
    ['uint8', 1],
    ['bfloat16', 2],
    ['float32', 4],
    ['float64', 8],
  ] as [DType, number][]) {
    const made: ReturnType<typeof ops.zeros>[] = []
    expect(toldBy(() => made.push(ops.zeros([4, MIB], { dtype })))).toBe(4 * size)
    expect(toldBy(() => made[0]?.dispose())).toBe(-4 * size)
  }
})

test('views of a storage count nothing, and it counts until the last of them goes', () => {
  const whole = ops.zeros([8, MIB], { dtype: 'uint8' })
  const views = [whole.reshape([MIB, 8]), whole.select(0, 0)]
  expect(toldBy(() => views.push(whole.expand([3, 8, MIB])))).toBe(0)
  expect(toldBy(() => whole.dispose())).toBe(0)
  const last = views.pop()
  expect(toldBy(() => disposeAll(views))).toBe(0)
  expect(toldBy(() => last?.dispose())).toBe(-8)
})

test('a view that is kept from a scope counts its whole storage, kept twice or not; what the scope frees never counts', () => {
  const kept: ReturnType<typeof ops.zeros>[] = []
  const told = toldBy(() =>
    scope(() => {
      ops.zeros([64, MIB])
      kept.push(keep(keep(ops.zeros([8, MIB], { dtype: 'uint8' }).select(0, 0))))
    }),
  )
  expect(told).toBe(8)
  expect(toldBy(() => kept[0]?.dispose())).toBe(-8)
})
