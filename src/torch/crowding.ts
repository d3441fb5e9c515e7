/** Whether other processes want the processors that we compute on: a busy machine is a normal machine. */
import { readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { isMainThread } from 'node:worker_threads'
import { cpuQuota } from '../../scripts/lib/cores.cjs'
import type { Native } from './native.js'

/** Processor time in seconds, counted from any moment. */
export interface Times {
  /** Of the clock. */
  at: number
  /** Of all processors together, when nobody used them, or only processes that give way (nice). */
  free: number
  /** Of our own. */
  own: number
}

/** How many processors were ours to use between two moments. */
export function roomBetween(before: Times, now: Times): number {
  return (now.free - before.free + now.own - before.own) / (now.at - before.at)
}

/** Short of this much of a processor a neighbour is there, and below the second gone again. */
const SHORT = { from: 0.25, until: 0.12 }

/** Whether threads of ours wait for processors, by how many there are for them, and by whether they did so far. */
export function isCrowded(room: number, threads: number, before: boolean): boolean {
  return threads > 1 && threads - room > (before ? SHORT.until : SHORT.from)
}

const LOOK_MS = 1000
/** Of a second: what Linux counts in. */
const TICKS = 100

/**
 * Seconds that nobody used a processor, or only who gives way, from the text of /proc/stat.
 * @param niced whether we give way ourselves: our own time is among that of those who do then, and they do not give way to us
 */
export function freeIn(stat: string, niced = false): number {
  const [, nice = 0, , idle = 0, waiting = 0] = (/^cpu +(.*)$/m.exec(stat)?.[1] ?? '').split(' ').map(Number)
  return ((niced ? 0 : nice) + idle + waiting) / TICKS
}

function timesNow(): Times {
  const { user, system } = process.cpuUsage()
  return {
    at: performance.now() / 1000,
    free: freeIn(readFileSync('/proc/stat', 'utf8'), getPriority() > 0),
    own: (user + system) / 1e6,
  }
}

/**
 * Looks once a second from now on. Threads that are done with their part of an operator ask for the others for milliseconds before
 * they sleep, which is fastest where the processors are ours, and costs half of the speed where another process has one of them: the
 * thread that all wait for cannot run. So they sleep at once while there is such a process (docs/decisions/0019-busy-machine.md).
 */
export function watchForNeighbours(addon: Native): void {
  const { env, platform } = process
  const [crowding] = addon.resolve('selfsame::crowded', '') ?? []
  if (crowding === undefined || platform !== 'linux' || !isMainThread) return
  // whoever has said how to wait knows why
  if (env.OMP_WAIT_POLICY || env.GOMP_SPINCOUNT || env.KMP_BLOCKTIME) return
  try {
    follow(addon, crowding)
  } catch {
    // without /proc nothing is known of neighbours
  }
}

function follow(addon: Native, crowding: number): void {
  const quota = cpuQuota(readFileSync('/proc/self/cgroup', 'utf8')) ?? Number.POSITIVE_INFINITY
  let crowded = false
  let before = timesNow()
  const timer = setInterval(() => {
    try {
      const now = timesNow()
      const found = isCrowded(Math.min(quota, roomBetween(before, now)), addon.threads(), crowded)
      if (found !== crowded) addon.call(crowding, found)
      crowded = found
      before = now
    } catch {
      // out of file handles or threads: nothing that a run should end for
      clearInterval(timer)
    }
  }, LOOK_MS).unref()
}
