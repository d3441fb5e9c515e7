import { SelfsameError } from '../errors.js'
import type { Values } from './picture.js'
import { Quarantine, readGood } from './quarantine.js'
import type { Source } from './source.js'

/** A batch of pictures of any sizes. */
export interface Packed {
  /** values of all pictures, each row by row with interleaved channels, 0 to `maximum`; read as if they were one array */
  parts: readonly Values[]
  /** `[N, 3]`: where each picture begins, counted in values over all parts, its height and its width in px */
  layout: Int32Array
  channels: number
  maximum: number
  /** `[N]`: the indices as asked */
  indices: Int32Array
  /** `[N]`: the indices as read; they differ from `indices` where a picture was set aside, and are the ones for labels */
  used: Int32Array
}

/** How batches are read. */
export interface BatchOptions {
  /** whole batches that are being read while one is in use; fewer, but one, where they exceed `aheadBytes` */
  prefetch?: number
  /** memory for batches that are read ahead, in bytes, by the size of the last batch */
  aheadBytes?: number
  /** where pictures that cannot be read are recorded; share it between epochs */
  quarantine?: Quarantine
  /** ends the reading between two batches: its reason is thrown */
  signal?: AbortSignal
}

const MAX_BYTES = 2 ** 31 - 1
/** Two batches of 256 photographs shrunk for 224 px stay below. */
const AHEAD_BYTES = 2 ** 30

/**
 * Reads batches ahead of their use. All reads of a batch are queued at once: libuv's threads then go on decoding while
 * the main thread is blocked by an operator.
 * @param order one array of indices a batch, asked for lazily
 * @throws SelfsameError when too many pictures cannot be read or a batch exceeds 2 GiB
 */
export async function* batches(
  source: Source,
  order: Iterable<readonly number[]>,
  {
    prefetch = 2,
    aheadBytes = AHEAD_BYTES,
    quarantine = new Quarantine(source.size),
    signal,
  }: BatchOptions = {},
): AsyncGenerator<Packed, void, undefined> {
  if (!Number.isInteger(prefetch) || prefetch < 0)
    throw new RangeError(`expected prefetch 0, 1, 2, …, got ${prefetch}`)
  const orders = order[Symbol.iterator]()
  const ahead: Promise<Packed>[] = []
  let allowed = Math.min(1, prefetch)
  try {
    for (;;) {
      while (ahead.length <= allowed) {
        const next = orders.next()
        if (next.done) break
        const batch = readBatch(source, next.value, quarantine)
        // an error is thrown when its batch's turn comes; until then it must not count as unhandled
        batch.catch(() => {})
        ahead.push(batch)
      }
      const batch = ahead.shift()
      if (batch === undefined) return
      const packed = await batch
      signal?.throwIfAborted()
      const affordable = Math.max(1, Math.floor(aheadBytes / Math.max(1, bytesOf(packed))))
      allowed = Math.min(prefetch, affordable)
      yield packed
    }
  } finally {
    orders.return?.()
  }
}

async function readBatch(
  source: Source,
  indices: readonly number[],
  quarantine: Quarantine,
): Promise<Packed> {
  const read = await Promise.all(indices.map((index) => readGood(source, index, quarantine)))
  const total = read.reduce((sum, { picture }) => sum + picture.data.byteLength, 0)
  if (total > MAX_BYTES) {
    throw new SelfsameError(
      `a batch of ${indices.length} pictures of ${source.name} takes ${(total / 2 ** 30).toFixed(1)} GiB where at most ` +
        '2 GiB fit; use smaller batches or shrink the pictures as they are read',
    )
  }
  const { channels, maximum } = source
  const width = maximum > 255 ? 2 : 1
  const layout = new Int32Array(3 * read.length)
  let offset = 0
  read.forEach(({ picture }, i) => {
    if (picture.channels !== channels || picture.data.BYTES_PER_ELEMENT !== width) {
      throw new TypeError(
        `${source.name} promised ${channels} channels up to ${maximum}, and read ${picture.channels} channels of ${8 * picture.data.BYTES_PER_ELEMENT} bits`,
      )
    }
    layout.set([offset, picture.height, picture.width], 3 * i)
    offset += picture.data.length
  })
  return {
    parts: read.map(({ picture }) => picture.data),
    layout,
    channels,
    maximum,
    indices: Int32Array.from(indices),
    used: Int32Array.from(read, ({ index }) => index),
  }
}

function bytesOf({ parts }: Packed): number {
  return parts.reduce((sum, part) => sum + part.byteLength, 0)
}
