/**
 * Pictures to vectors, some hundred at a time. Reading and decoding go on in libuv's threads and the network computes in its own,
 * while this one cuts and resizes what was decoded; of a picture no more is kept than what its encoder sees.
 */
import type { Picture, Quarantine } from '../../images/index.js'
import type { Model } from '../model/model.js'
import { ROW_COLUMNS, type Row } from '../store/format.js'
import type { PictureIndex } from '../store/index-reader.js'
import { inOrder } from './in-order.js'
import type { Listing } from './listing.js'
import { PIECE, type Piece, type Pieces, pieceName } from './pieces.js'
import { type ReadPicture, readPicture } from './read-picture.js'
import { type Todo, todoKey } from './todo.js'

/** Pictures that the network sees at once. */
export const BATCH = 32
/** Read at once: libuv has four threads, and files are opened before they are decoded. */
const ACTIVE = 8
/** Pictures, as the encoder sees them, that wait for it at most, and their bytes. */
const AHEAD = 128
const AHEAD_BYTES = 2 ** 27

export interface EmbedWork {
  model: Model
  listing: Listing
  todo: Todo
  pieces: Pieces
  /** Size, time and thumbnail of each picture, and vectors of length 1. */
  forIndex: boolean
  /** Where vectors of pictures that are known are taken from. */
  known?: { index: PictureIndex; rowOf(digest: string): number | undefined } | undefined
  quarantine: Quarantine
  batch?: number | undefined
  /** Pictures of a piece. */
  piece?: number | undefined
  progress?: ((done: number, total: number) => void) | undefined
  signal?: AbortSignal | undefined
}

/**
 * Makes the pieces that are not there.
 * @returns the names of all, in order
 * @throws SelfsameError when too many pictures cannot be read or a piece cannot be written; the signal's reason, when what is done is kept
 */
export async function embedPieces(work: EmbedWork): Promise<string[]> {
  const { model, todo, pieces, forIndex, quarantine, batch = BATCH, piece = PIECE, progress, signal } = work
  await pieces.tell(model.engine)
  const there = await pieces.names()
  const plan = Array.from({ length: Math.ceil(todo.size / piece) }, (_, i) => {
    const [from, to] = [i * piece, Math.min(todo.size, (i + 1) * piece)]
    return {
      from,
      to,
      name: pieceName(model.id, model.engine, forIndex, batch, todoKey(todo, work.listing, from, to)),
    }
  })
  let done = 0
  for (const { name, from, to } of plan) {
    const found = there.has(name) ? await pieces.read(name) : undefined
    if (!found) there.delete(name)
    else done += to - from
    for (const { path, reason } of found?.unread ?? []) setAside(quarantine, path, reason)
  }
  progress?.(done, todo.size)
  const missing = plan.filter(({ name }) => !there.has(name))
  const each = 4 * model.preprocessing.channels * model.preprocessing.size ** 2
  const ahead = Math.max(ACTIVE, Math.min(AHEAD, Math.floor(AHEAD_BYTES / each)))
  const reading = inOrder(tasksOf(missing), (task) => readTask(work, task), ACTIVE, ahead)
  try {
    for (const { name, from, to } of missing) {
      const made = await embedPiece(work, from, to, reading, () => {
        signal?.throwIfAborted()
        progress?.(++done, todo.size)
      })
      await pieces.write(name, made)
      signal?.throwIfAborted()
    }
  } finally {
    await reading.return(undefined)
  }
  return plan.map(({ name }) => name)
}

function* tasksOf(plan: readonly { from: number; to: number }[]): Generator<number> {
  for (const { from, to } of plan) for (let task = from; task < to; task++) yield task
}

/** A picture that is read, or a row that is taken over as it is. */
type Task = ReadPicture | { from: number; path: string; label: string | null }

async function readTask({ model, listing, todo, forIndex, known }: EmbedWork, task: number): Promise<Task> {
  const at = listing.at(todo.numbers[task] as number)
  const from = todo.rows[task] as number
  if (from >= 0) return { from, path: at.path, label: at.label }
  return readPicture(at, {
    preprocessing: model.preprocessing,
    facts: forIndex,
    whole: model.encodePrepared === undefined,
    known: known?.rowOf,
  })
}

function setAside(quarantine: Quarantine, path: string, reason: string): void {
  // each is told once, so that its turn is as good a number as any
  quarantine.add({ index: quarantine.count, path, reason })
}

async function embedPiece(
  { model, forIndex, known, quarantine, batch = BATCH }: EmbedWork,
  from: number,
  to: number,
  reading: AsyncGenerator<Task>,
  step: () => void,
): Promise<Piece> {
  const { dimension } = model
  const rows: (Row | undefined)[] = []
  const vectors = new Float32Array((to - from) * dimension)
  const unread: Piece['unread'] = []
  const copies: { at: number; from: number; row: Partial<Row> }[] = []
  let inHand: { at: number; read: Extract<ReadPicture, { row: Row }> }[] = []
  const inFlight: Promise<void>[] = []
  const send = async () => {
    const sent = inHand
    inHand = []
    if (sent.length === 0) return
    const computed = encoded(
      model,
      sent.map(({ read }) => read),
    ).then((made) => {
      for (const [i, { at, read }] of sent.entries()) {
        vectors.set(made.subarray(i * dimension, (i + 1) * dimension), at * dimension)
        rows[at] = read.row
      }
    })
    // told when it is waited for
    computed.catch(() => {})
    inFlight.push(computed)
    // one more than is computed at once, so that none waits for this thread
    if (inFlight.length > (model.atOnce ?? 1)) await inFlight.shift()
  }
  for (let task = from; task < to; task++) {
    const { value: read } = (await reading.next()) as { value: Task }
    const at = task - from
    if ('reason' in read) {
      unread.push(read)
      setAside(quarantine, read.path, read.reason)
    } else if ('from' in read) {
      const row = 'row' in read ? read.row : { path: read.path, label: read.label }
      copies.push({ at, from: read.from, row })
    } else {
      inHand.push({ at, read })
      if (inHand.length === batch) await send()
    }
    step()
  }
  await send()
  for (const one of inFlight) await one
  if (known && copies.length > 0) {
    const froms = copies.map((copy) => copy.from)
    const old = await known.index.rows(froms, ROW_COLUMNS)
    const made = await known.index.vectors(froms)
    for (const [i, { at, row }] of copies.entries()) {
      rows[at] = { ...(old[i] as Row), ...row }
      vectors.set(made.subarray(i * dimension, (i + 1) * dimension), at * dimension)
    }
  }
  const copied = new Set(copies.map(({ at }) => at))
  if (forIndex) {
    for (const [at, row] of rows.entries()) {
      if (!row || copied.has(at) || normalise(vectors.subarray(at * dimension, (at + 1) * dimension)))
        continue
      rows[at] = undefined
      const reason = 'the model gives a vector of zeros for it'
      unread.push({ path: row.path, reason })
      setAside(quarantine, row.path, reason)
    }
  }
  return { ...packed(rows, vectors, dimension), unread, known: copies.length }
}

function encoded(
  model: Model,
  read: readonly { values?: Float32Array; picture?: Picture }[],
): Promise<Float32Array> {
  if (!model.encodePrepared) return model.encode(read.map(({ picture }) => picture as Picture))
  const each = read[0]?.values?.length ?? 0
  const all = new Float32Array(read.length * each)
  for (const [i, { values }] of read.entries()) all.set(values as Float32Array, i * each)
  return model.encodePrepared(all, read.length)
}

/** To length 1; false where it has none. */
function normalise(vector: Float32Array): boolean {
  let sum = 0
  for (const value of vector) sum += value * value
  const length = Math.sqrt(sum)
  if (!(length > 0)) return false
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) / length
  return true
}

/** Without the places of pictures that could not be read. */
function packed(
  rows: readonly (Row | undefined)[],
  vectors: Float32Array,
  dimension: number,
): Pick<Piece, 'rows' | 'vectors'> {
  const kept: Row[] = []
  for (const [at, row] of rows.entries()) {
    if (!row) continue
    vectors.copyWithin(kept.length * dimension, at * dimension, (at + 1) * dimension)
    kept.push(row)
  }
  return { rows: kept, vectors: vectors.subarray(0, kept.length * dimension) }
}
