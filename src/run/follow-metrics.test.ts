import { appendFileSync, mkdtempSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { UsageError } from '../errors.js'
import { appendLine, createRun, followMetrics, metricsLine, rewindMetrics, runPaths } from './index.js'
import { RECORD } from './testing.js'

let folder: string
let metrics: string
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'selfsame-follow-')), 'run')
  createRun(folder, RECORD)
  metrics = runPaths(folder).metrics
})
afterEach(() => rmSync(join(folder, '..'), { recursive: true }))

const write = (...steps: number[]) => {
  for (const step of steps)
    appendLine(metrics, metricsLine, { type: 'probe', step, epoch: step, knn: Number.NaN, linear: 0.5 })
}

/** A follower, and the steps of its next so many lines; -1 is a rewind. */
function following(signal?: AbortSignal) {
  const lines = followMetrics(folder, { signal })
  const next = async (count: number) => {
    const steps: number[] = []
    while (steps.length < count) {
      const { done, value } = await lines.next()
      if (done) break
      steps.push(value.type === 'rewound' ? -1 : value.step)
    }
    return steps
  }
  return { lines, next }
}

test('what is there is told, and then what comes; the file may come later than the follower', async () => {
  const { lines, next } = following()
  const first = next(2)
  setTimeout(() => write(1, 2), 50)
  expect(await first).toEqual([1, 2])
  write(3)
  expect(await next(1)).toEqual([3])
  const { value } = await following().lines.next()
  expect(value).toEqual({ type: 'probe', step: 1, epoch: 1, knn: Number.NaN, linear: 0.5 })
  await lines.return()
})

test('a torn line waits until it is whole, and a damaged one is left out', async () => {
  write(1)
  const { lines, next } = following()
  expect(await next(1)).toEqual([1])
  const whole = '{"type":"probe","step":2,"epoch":2,"knn":null,"linear":null}\n'
  appendFileSync(metrics, whole.slice(0, 20))
  const later = next(1)
  let told = false
  later.then(() => {
    told = true
  })
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(told).toBe(false)
  appendFileSync(metrics, whole.slice(20))
  expect(await later).toEqual([2])
  // a kill cuts a line, and the run that is gone on with writes behind it
  appendFileSync(metrics, whole.slice(0, 20))
  write(3)
  expect(await next(1)).toEqual([3])
  await lines.return()
})

test('a rewind is told, whether the file was replaced, outgrew what was read by then, or is empty', async () => {
  write(1, 2, 3)
  const { lines, next } = following()
  expect(await next(3)).toEqual([1, 2, 3])
  rewindMetrics(folder, 2)
  expect(await next(3)).toEqual([-1, 1, 2])
  rewindMetrics(folder, 1)
  write(7, 8, 9)
  expect(await next(5)).toEqual([-1, 1, 7, 8, 9])
  truncateSync(metrics)
  expect(await next(1)).toEqual([-1])
  write(4)
  expect(await next(1)).toEqual([4])
  await lines.return()
})

test('it ends when the signal aborts, in the midst of waiting or of telling', async () => {
  const stop = new AbortController()
  const waiting = following(stop.signal)
  const rest = waiting.next(1)
  setTimeout(() => stop.abort(), 20)
  expect(await rest).toEqual([])
  write(1, 2)
  const again = new AbortController()
  const telling = following(again.signal)
  expect(await telling.next(1)).toEqual([1])
  again.abort()
  expect(await telling.next(1)).toEqual([])
})

test('a folder without a run is refused', async () => {
  await expect(followMetrics(join(folder, 'none')).next()).rejects.toThrow(UsageError)
})
