/** Pairs compared by their thumbnails, with as many looks in memory as help. */
import { setImmediate } from 'node:timers/promises'
import type { PictureIndex } from '../store/index-reader.js'
import { compare, type Match } from './compare.js'
import { lookOr } from './gathered.js'
import type { Look } from './look.js'

/** Looks that are kept, 27 KB each. */
const KEPT = 2048
/** Pairs whose looks are read at once. */
const BLOCK = 128

/** Compares rows of an index by what they look like. */
export interface Comparer {
  /** How each two lie over one another; undefined where they do not. */
  match(a: number, b: number): Promise<Match | undefined>
  /** The same of many pairs, their scores alone. @returns `[pairs]`, 0 to 1 */
  scores(
    first: Uint32Array,
    second: Uint32Array,
    told: (done: number) => void,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array>
  look(row: number): Promise<Look | undefined>
}

export function comparer(index: PictureIndex): Comparer {
  const kept = new Map<number, Look | undefined>()
  const load = async (wanted: readonly number[]) => {
    const missing = [...new Set(wanted)].filter((row) => !kept.has(row)).sort((a, b) => a - b)
    if (missing.length === 0) return
    const rows = await index.rows(missing, ['path', 'thumbnail'])
    const looks = await Promise.all(rows.map(({ thumbnail, path }) => lookOr(thumbnail, path)))
    // the oldest go first: neighbours in the order of rows are neighbours in time
    for (const row of kept.keys()) {
      if (kept.size + missing.length <= KEPT) break
      kept.delete(row)
    }
    for (const [i, row] of missing.entries()) kept.set(row, looks[i])
  }
  const both = async (a: number, b: number) => {
    await load([a, b])
    const [one, other] = [kept.get(a), kept.get(b)]
    return one && other ? compare(one, other) : undefined
  }
  return {
    match: both,
    look: async (row) => {
      await load([row])
      return kept.get(row)
    },
    async scores(first, second, told, signal) {
      const out = new Float32Array(first.length)
      for (let from = 0; from < first.length; from += BLOCK) {
        signal?.throwIfAborted()
        const to = Math.min(first.length, from + BLOCK)
        await load([...first.subarray(from, to), ...second.subarray(from, to)])
        for (let pair = from; pair < to; pair++) {
          const match = await both(first[pair] as number, second[pair] as number)
          out[pair] = match?.score ?? 0
        }
        told(to)
        await setImmediate()
      }
      return out
    },
  }
}
