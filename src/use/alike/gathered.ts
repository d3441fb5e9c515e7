/** What is kept of each row of an index while copies are looked for: some 300 bytes a picture. */
import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { PictureError } from '../../images/index.js'
import type { Row } from '../store/format.js'
import type { PictureIndex } from '../store/index-reader.js'
import { evened, FREQUENCIES, frequencies } from './frequencies.js'
import { type Look, lookOf } from './look.js'

export interface Gathered {
  readonly size: number
  /** `[N · 2]`: the first 64 bits of the digest of the file, and of size and thumbnail. */
  readonly files: Uint32Array
  readonly faces: Uint32Array
  /** `[N · FREQUENCIES]`, each of length 1; zeros of what is flat. */
  readonly frequencies: Float32Array
  /** 1 where there is nothing to compare: of one colour, or a thumbnail that cannot be read. */
  readonly flat: Uint8Array
  /** ms since 1970, NaN where it is not known. */
  readonly taken: Float64Array
}

/** Thumbnails that are decoded at once. */
const BLOCK = 512

/** Reads every row once. */
export async function gather(
  index: PictureIndex,
  told: (done: number) => void,
  signal: AbortSignal | undefined,
): Promise<Gathered> {
  const { size } = index
  const all: Gathered = {
    size,
    files: new Uint32Array(2 * size),
    faces: new Uint32Array(2 * size),
    frequencies: new Float32Array(FREQUENCIES * size),
    flat: new Uint8Array(size),
    taken: new Float64Array(size),
  }
  const columns = ['path', 'digest', 'width', 'height', 'taken', 'thumbnail'] as const
  for await (const { first, rows } of index.allRows(columns)) {
    for (let from = 0; from < rows.length; from += BLOCK) {
      signal?.throwIfAborted()
      const some = rows.slice(from, from + BLOCK)
      const looks = await Promise.all(some.map((row) => lookOr(row.thumbnail, row.path)))
      for (const [at, row] of some.entries()) note(all, first + from + at, row, looks[at])
      told(first + from + some.length)
      await setImmediate()
    }
  }
  evened(all.frequencies)
  // one of no frequencies at all would be as near to any as to another
  for (let row = 0; row < size; row++)
    if (all.flat[row] === 1) all.frequencies.fill(0, row * FREQUENCIES, (row + 1) * FREQUENCIES)
  return all
}

/** A thumbnail that cannot be read is no look; that of a damaged index is told by the store. */
export async function lookOr(thumbnail: Uint8Array, path: string): Promise<Look | undefined> {
  try {
    return await lookOf(thumbnail, path)
  } catch (error) {
    if (error instanceof PictureError) return undefined
    throw error
  }
}

function note(
  all: Gathered,
  at: number,
  row: Pick<Row, 'digest' | 'width' | 'height' | 'taken' | 'thumbnail'>,
  look: Look | undefined,
): void {
  all.files.set(words(row.digest), 2 * at)
  all.faces.set(words(`${row.width} ${row.height}\n`, row.thumbnail), 2 * at)
  all.taken[at] = row.taken ?? Number.NaN
  if (look === undefined || look.flat) all.flat[at] = 1
  else all.frequencies.set(frequencies(look.levels[1]), at * FREQUENCIES)
}

/** 64 bits that are the same for the same parts and, of a million pictures, for no others. */
function words(...parts: (string | Uint8Array)[]): [number, number] {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  const digest = hash.digest()
  return [digest.readUInt32BE(0), digest.readUInt32BE(4)]
}
