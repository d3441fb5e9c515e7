import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { freeIn, isCrowded, roomBetween } from './crowding.js'
import { ops, scope, setThreads, threads } from './index.js'
import { native } from './native.js'

const STAT = 'cpu  900 50 100 2000 25 0 3 0 0 0\ncpu0 450 25 50 1000 12 0 2 0 0 0\nintr 1\n'

test('free is what nobody used, or only who gives way', () => {
  expect(freeIn(STAT)).toBe(20.75)
  expect(freeIn('nothing of the kind')).toBe(0)
  // ours is counted among the niced then, and once is enough
  expect(freeIn(STAT, true)).toBe(20.25)
})

test('room is what was free and what was ours', () => {
  const before = { at: 10, free: 100, own: 5 }
  // two processors alone; beside one busy process; all of it beside one that gives way
  expect(roomBetween(before, { at: 12, free: 100.1, own: 8.9 })).toBeCloseTo(2)
  expect(roomBetween(before, { at: 12, free: 100, own: 7.6 })).toBeCloseTo(1.3)
  expect(roomBetween(before, { at: 12, free: 101, own: 8 })).toBeCloseTo(2)
})

test('a neighbour is there from a quarter of a processor on, and gone again below an eighth', () => {
  expect([1.9, 1.8, 1.7, 1.3].map((room) => isCrowded(room, 2, false))).toEqual([false, false, true, true])
  expect([1.9, 1.8, 1.7].map((room) => isCrowded(room, 2, true))).toEqual([false, true, true])
  // many idle processors elsewhere, and a single thread, which waits for nobody
  expect(isCrowded(40, 8, true)).toBe(false)
  expect(isCrowded(0.3, 1, true)).toBe(false)
})

test('waiting threads sleep at once while they are told to, and results stay the same', () => {
  const [crowding] = native().resolve('selfsame::crowded', '') ?? []
  const used = threads()
  setThreads(2)
  /** Processor time, of a second in which there is something to do for a moment only. */
  const busy = () =>
    scope(() => {
      const x = ops.ones([1 << 17])
      const before = process.cpuUsage()
      let sum = 0
      for (let i = 0; i < 50; i++) {
        sum += x.add(i).select(0, 0).item()
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
      }
      const { user, system } = process.cpuUsage(before)
      return { sum, ms: (user + system) / 1000 }
    })
  // whatever the machine is like at the moment
  native().call(crowding as number, false)
  const asking = busy()
  native().call(crowding as number, true)
  const sleeping = busy()
  native().call(crowding as number, false)
  const again = busy()
  setThreads(used)
  expect(sleeping.sum).toBe(asking.sum)
  expect(again.sum).toBe(asking.sum)
  const gomp = process.platform === 'linux' && readFileSync('/proc/self/maps', 'utf8').includes('libgomp')
  if (gomp) expect(sleeping.ms).toBeLessThan(0.5 * Math.min(asking.ms, again.ms))
})
