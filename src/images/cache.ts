import { freemem } from 'node:os'
import type { Picture } from './picture.js'
import { type Source, withoutRead } from './source.js'

/** Memory that may still be taken, in bytes; sources that share one object share the memory. */
export interface Budget {
  bytes: number
}

/** A source that keeps what it has read. */
export interface CachedSource extends Source {
  /** reads answered from memory */
  readonly hits: number
  /** pictures kept */
  readonly kept: number
}

/** What a kept picture takes besides its pixels: the objects around them, and its place among the others. */
export const PER_PICTURE = 250

/** A quarter of the memory that this process could still get, in bytes. */
export function defaultBudget(): Budget {
  // `availableMemory` knows a container's limit but came with Node 20.13
  const free = typeof process.availableMemory === 'function' ? process.availableMemory() : freemem()
  return { bytes: Math.floor(free / 4) }
}

/**
 * Keeps pictures as long as they fit the budget. What is kept stays: epochs visit every picture once in a new order,
 * where throwing old pictures out for new ones would throw away what is needed next. Reads that fail are not kept.
 */
export function cached(source: Source, budget: Budget = defaultBudget()): CachedSource {
  const pictures = new Map<number, Picture>()
  let hits = 0
  return {
    ...withoutRead(source),
    get hits() {
      return hits
    },
    get kept() {
      return pictures.size
    },
    async read(index) {
      const kept = pictures.get(index)
      if (kept) {
        hits++
        return kept
      }
      const picture = await source.read(index)
      const bytes = picture.data.byteLength + PER_PICTURE
      // a second read of the same picture may have ended meanwhile
      if (!pictures.has(index) && bytes <= budget.bytes) {
        budget.bytes -= bytes
        pictures.set(index, picture)
      }
      return picture
    },
  }
}
