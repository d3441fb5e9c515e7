/** Pairs of pictures that may be copies: few, and next to all that are. */
import { setImmediate } from 'node:timers/promises'
import type { PictureIndex } from '../store/index-reader.js'
import { FREQUENCIES } from './frequencies.js'
import type { Gathered } from './gathered.js'
import { nearestOf } from './nearest.js'

/** Neighbours that are looked at: by the encoder, which sees through crops, and by frequencies, which do through turns. */
const BY_VECTORS = 4
const BY_FREQUENCIES = 3
/** Product of frequencies below which two are no copies of the whole: 0.89 or more where mirrored, turned by quarters or scaled. */
const FLOOR = 0.65
/** Queries at once. */
const BLOCK = 256
/** Neighbours that are asked for at most, where the nearest are all one file. */
const MOST_ASKED = 256

/** Pairs of rows, the smaller first, each once; `cosines` where the encoder named them, else NaN. */
export interface Pairs {
  first: Uint32Array
  second: Uint32Array
  cosines: Float32Array
}

/**
 * @param stands for each row that of its equals which stands for all of them; only these are paired
 * @param bursts ms within which two are of one moment, each paired with those that follow
 */
export async function candidates(
  index: PictureIndex,
  all: Gathered,
  stands: Uint32Array,
  bursts: number,
  told: (done: number, total: number) => void,
  signal: AbortSignal | undefined,
): Promise<Pairs> {
  const { size } = index
  const pairs = new Map<number, number>()
  const add = (a: number, b: number, cosine = Number.NaN) => {
    if (a === b) return
    const key = Math.min(a, b) * size + Math.max(a, b)
    const known = pairs.get(key)
    if (known === undefined || Number.isNaN(known)) pairs.set(key, cosine)
  }
  const rows = Uint32Array.from({ length: size }, (_, at) => at).filter((at) => stands[at] === at)
  for (let from = 0; from < rows.length; from += BLOCK) {
    signal?.throwIfAborted()
    const block = [...rows.subarray(from, from + BLOCK)]
    await byVectors(index, block, stands, BY_VECTORS + 1, add)
    told(from + block.length, 2 * rows.length)
    await setImmediate()
  }
  const compared = rows.filter((row) => all.flat[row] === 0)
  const features = new Float32Array(compared.length * FREQUENCIES)
  for (const [i, row] of compared.entries())
    features.set(all.frequencies.subarray(row * FREQUENCIES, (row + 1) * FREQUENCIES), i * FREQUENCIES)
  const near = await nearestOf(features, FREQUENCIES, BY_FREQUENCIES, FLOOR, (done) => {
    signal?.throwIfAborted()
    told(rows.length + done, 2 * rows.length)
  })
  for (const [i, others] of near.entries())
    for (const other of others) add(compared[i] as number, compared[other] as number)
  for (const [a, b] of moments(all.taken, rows, bursts)) add(a, b)
  const keys = [...pairs.keys()].sort((a, b) => a - b)
  return {
    first: Uint32Array.from(keys, (key) => Math.floor(key / size)),
    second: Uint32Array.from(keys, (key) => key % size),
    cosines: Float32Array.from(keys, (key) => pairs.get(key) as number),
  }
}

async function byVectors(
  index: PictureIndex,
  rows: readonly number[],
  stands: Uint32Array,
  k: number,
  add: (a: number, b: number, cosine: number) => void,
): Promise<void> {
  const found = await index.search(await index.vectors(rows), k)
  const crowded: number[] = []
  for (const [i, row] of rows.entries()) {
    const others = new Set<number>()
    for (let at = i * found.k; at < (i + 1) * found.k; at++) {
      const other = stands[found.rows[at] as number] as number
      if (other === row || others.has(other)) continue
      others.add(other)
      add(row, other, found.scores[at] as number)
    }
    if (others.size < Math.min(BY_VECTORS, found.k - 1)) crowded.push(row)
  }
  const next = 4 * k
  if (crowded.length > 0 && found.k === k && next <= MOST_ASKED)
    await byVectors(index, crowded, stands, next, add)
}

/** Neighbours that a picture in a quick series has: more are found through these. */
const IN_SERIES = 3

function* moments(taken: Float64Array, rows: Uint32Array, within: number): Generator<[number, number]> {
  const timed = rows.filter((row) => !Number.isNaN(taken[row] as number))
  timed.sort((a, b) => (taken[a] as number) - (taken[b] as number) || a - b)
  for (let at = 0; at < timed.length; at++)
    for (let next = at + 1; next < Math.min(timed.length, at + 1 + IN_SERIES); next++) {
      const [a, b] = [timed[at] as number, timed[next] as number]
      if ((taken[b] as number) - (taken[a] as number) <= within) yield [a, b]
    }
}
