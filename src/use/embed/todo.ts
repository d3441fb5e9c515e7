/** Pictures that are to be embedded, and how each file was when that was decided. */
import { readdirSync, statSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { inOrder } from './in-order.js'
import type { Listing } from './listing.js'

export interface Todo {
  readonly size: number
  /** `[size]`: numbers in the listing. */
  numbers: Int32Array
  /** `[size]`: the row of an index that is taken over without a look at the file, or -1. */
  rows: Int32Array
  /** `[size]`: length and time of change of each file, NaN where it is none of its own or gone. */
  bytes: Float64Array
  modified: Float64Array
  /** How what holds pictures that are no files of their own was, as a text. */
  stamp: string
}

/** Files that are looked at at once, and whose answers may wait. */
const ACTIVE = 32
const AHEAD = 1024
const MOST_NAMES = 10_000

/** How all files of a listing are, `[size]` each; NaN as in `Todo`. */
export async function stats(
  listing: Listing,
  signal?: AbortSignal,
): Promise<{ bytes: Float64Array; modified: Float64Array }> {
  const bytes = new Float64Array(listing.size).fill(Number.NaN)
  const modified = new Float64Array(listing.size).fill(Number.NaN)
  let number = 0
  const files = inOrder(numbersTo(listing.size), (one) => statOf(listing, one), ACTIVE, AHEAD)
  for await (const found of files) {
    if (number % AHEAD === 0) signal?.throwIfAborted()
    if (found) {
      bytes[number] = found.size
      modified[number] = Math.round(found.mtimeMs)
    }
    number++
  }
  return { bytes, modified }
}

async function statOf(listing: Listing, number: number) {
  const { source, index } = listing.at(number)
  return source.file ? stat(source.file(index)).catch(() => undefined) : undefined
}

function* numbersTo(size: number): Generator<number> {
  for (let number = 0; number < size; number++) yield number
}

/** All of a listing. */
export async function everything(listing: Listing, signal?: AbortSignal): Promise<Todo> {
  const { size } = listing
  return {
    size,
    numbers: Int32Array.from({ length: size }, (_, i) => i),
    rows: new Int32Array(size).fill(-1),
    ...(await stats(listing, signal)),
    stamp: stampOf(listing.data),
  }
}

/** Of tasks `from` to `to` - 1 what decides what comes of them. */
export function todoKey(todo: Todo, listing: Listing, from: number, to: number): unknown {
  const tasks: unknown[] = []
  let stamped = false
  for (let task = from; task < to; task++) {
    const { path, label } = listing.at(todo.numbers[task] as number)
    const bytes = todo.bytes[task] as number
    if (Number.isNaN(bytes)) stamped = true
    tasks.push([path, label, todo.rows[task], Number.isNaN(bytes) ? null : bytes, todo.modified[task]])
  }
  return [tasks, stamped ? todo.stamp : '']
}

/** Lengths and times of what was named, and of what lies in it. */
export function stampOf(data: readonly string[]): string {
  const one = (path: string) => {
    const found = statSync(path, { throwIfNoEntry: false })
    return found ? [path, found.size, found.mtimeMs] : [path]
  }
  const all = data.flatMap((spec) => {
    const found = statSync(spec, { throwIfNoEntry: false })
    if (!found?.isDirectory()) return [one(spec)]
    return readdirSync(spec)
      .sort()
      .slice(0, MOST_NAMES)
      .map((name) => one(join(spec, name)))
  })
  return JSON.stringify(all)
}
