/** What an update of an index has to do, by what its rows say and what its pictures are now. */
import type { Listing } from '../embed/listing.js'
import { stampOf, stats, type Todo } from '../embed/todo.js'
import { PART_ROWS } from './format.js'
import type { PictureIndex } from './index-reader.js'
import { KeyTable, keyOf, keyOfDigest } from './key-table.js'
import type { PartRecord } from './numbering.js'

export interface UpdatePlan {
  todo: Todo
  /** The parts that stay, with what is off in each. */
  parts: PartRecord[]
  /** A row of the index by the digest of its picture. */
  rowOf(digest: string): number | undefined
  counts: { kept: number; removed: number }
}

/** More parts than this of a quarter of their size or less are put together. */
const MOST_SMALL = 8

/** @param index whose rows were made by the same model */
export async function planUpdate(
  listing: Listing,
  index: PictureIndex,
  signal?: AbortSignal,
): Promise<UpdatePlan> {
  const { record, size } = index
  const paths = new KeyTable(size)
  const digests = new KeyTable(size)
  const bytes = new Float64Array(size)
  const modified = new Float64Array(size)
  const labels = new Int32Array(size)
  for await (const { first, rows } of index.allRows(['path', 'label', 'digest', 'bytes', 'modified'])) {
    signal?.throwIfAborted()
    for (const [i, row] of rows.entries()) {
      paths.set(keyOf(row.path), first + i)
      digests.set(keyOfDigest(row.digest), first + i)
      bytes[first + i] = row.bytes ?? Number.NaN
      modified[first + i] = row.modified ?? Number.NaN
      labels[first + i] = hashOf(row.label)
    }
  }
  const now = await stats(listing, signal)
  /** For each picture of the listing: its row where it is unchanged, else -1. */
  const unchanged = new Int32Array(listing.size).fill(-1)
  const stays = new Uint8Array(size)
  for (let number = 0; number < listing.size; number++) {
    const { path, label } = listing.at(number)
    const row = paths.get(keyOf(path))
    // of a picture that is no file of its own nothing tells but its content; NaN is not NaN
    if (
      row === undefined ||
      stays[row] ||
      bytes[row] !== now.bytes[number] ||
      modified[row] !== now.modified[number]
    )
      continue
    if (labels[row] !== hashOf(label)) continue
    unchanged[number] = row
    stays[row] = 1
  }
  const kept = stays.reduce((sum, one) => sum + one, 0)
  const { parts, rewritten } = settled(record.parts, stays)
  const numbers: number[] = []
  const rows: number[] = []
  for (let number = 0; number < listing.size; number++) {
    const row = unchanged[number] as number
    if (row >= 0 && !rewritten(row)) continue
    numbers.push(number)
    rows.push(row)
  }
  const todo: Todo = {
    size: numbers.length,
    numbers: Int32Array.from(numbers),
    rows: Int32Array.from(rows),
    bytes: Float64Array.from(numbers, (number) => now.bytes[number] as number),
    modified: Float64Array.from(numbers, (number) => now.modified[number] as number),
    stamp: stampOf(listing.data),
  }
  const rowOf = (digest: string) => digests.get(keyOfDigest(digest))
  return { todo, parts, rowOf, counts: { kept, removed: size - kept } }
}

/**
 * The parts that stay, with what is off in each by now; of which more is off than on, and small ones that have become many, are
 * written anew.
 * @param stays 1 for each row that is to stay
 */
function settled(
  parts: readonly PartRecord[],
  stays: Uint8Array,
): { parts: PartRecord[]; rewritten: (row: number) => boolean } {
  let row = 0
  const all = parts.map((part) => {
    const first = row
    const off: number[] = []
    const before = new Set(part.off)
    for (let inner = 0; inner < part.rows; inner++) {
      if (before.has(inner) || !stays[row++]) off.push(inner)
    }
    return { part: { ...part, off }, first, end: row, on: part.rows - off.length }
  })
  const small = all.filter(({ on }) => on <= PART_ROWS / 4)
  const anew = new Set(all.filter(({ part }) => 2 * part.off.length > part.rows))
  if (small.length > MOST_SMALL) for (const one of small) anew.add(one)
  const spans = [...anew]
  return {
    parts: all.filter((one) => !anew.has(one)).map(({ part }) => part),
    rewritten: (asked) => spans.some(({ first, end }) => asked >= first && asked < end),
  }
}

/** Whether two labels are the same, in four bytes. */
function hashOf(label: string | null): number {
  return label === null ? 0 : keyOf(label).readInt32LE(0)
}
