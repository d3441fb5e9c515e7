/** Rows are numbered over all parts, those that are off left out. */
import type { IndexRecord } from './format.js'

export type PartRecord = IndexRecord['parts'][number]

export interface Numbering {
  /** Rows that are there. */
  readonly size: number
  /** Number of the first row of each part. */
  readonly firsts: readonly number[]
  /** Which part a row is in, by its place in the record, and where there. */
  place(row: number): { part: number; inner: number }
}

export function numbering(parts: readonly PartRecord[]): Numbering {
  const firsts: number[] = []
  let size = 0
  for (const { rows, off } of parts) {
    firsts.push(size)
    size += rows - off.length
  }
  return {
    size,
    firsts,
    place(row) {
      if (!Number.isInteger(row) || row < 0 || row >= size)
        throw new RangeError(`the index has rows 0 to ${size - 1}, got ${row}`)
      let part = lastAtMost(firsts, row)
      // a part of which nothing is left begins where the next does
      while (firsts[part + 1] === row) part++
      return { part, inner: innerOf(parts[part]?.off ?? [], row - (firsts[part] as number)) }
    },
  }
}

/** Place of the last of ascending numbers that is at most `value`. */
function lastAtMost(numbers: readonly number[], value: number): number {
  let low = 0
  let high = numbers.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((numbers[middle] as number) <= value) low = middle
    else high = middle - 1
  }
  return low
}

/** The row of a part that is the `live`th of those that are on. */
function innerOf(off: readonly number[], live: number): number {
  // off[i] - i rows are on before the one that is off[i]
  let low = 0
  let high = off.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((off[middle] as number) - middle <= live) low = middle + 1
    else high = middle
  }
  return live + low
}

/** The rows of a part that are on, as runs from the first to before the last. */
export function* runsOn({ rows, off }: PartRecord): Generator<[from: number, to: number]> {
  let from = 0
  for (const row of off) {
    if (row > from) yield [from, row]
    from = row + 1
  }
  if (rows > from) yield [from, rows]
}
