import { freemem } from 'node:os'
import type { Picture } from './picture.js'
import { type Source, withoutRead } from './source.js'

/** Memory that may still be taken, in bytes. */
export class Budget {
  bytes: number
  readonly #collected = new FinalizationRegistry<Share>((share) => share.giveBack())

  constructor(bytes: number) {
    this.bytes = bytes
  }

  /** The part of it that one keeper of pictures takes; it comes back when the keeper is collected. */
  share(keeper: object): Share {
    const share = new Share(this)
    this.#collected.register(keeper, share)
    return share
  }
}

class Share {
  readonly #budget: Budget
  #taken = 0

  constructor(budget: Budget) {
    this.#budget = budget
  }

  /** Takes more of the memory; false where there is not so much left. */
  take(bytes: number): boolean {
    if (bytes > this.#budget.bytes) return false
    this.#budget.bytes -= bytes
    this.#taken += bytes
    return true
  }

  giveBack(): void {
    this.#budget.bytes += this.#taken
    this.#taken = 0
  }
}

/** A source that keeps what it has read. */
export interface CachedSource extends Source {
  /** reads answered from memory */
  readonly hits: number
  /** pictures kept */
  readonly kept: number
  /** forgets what it keeps, and gives the memory back */
  letGo(): void
}

/** What a kept picture takes besides its pixels: the objects around them, and its place among the others. */
export const PER_PICTURE = 250

let shared: Budget | undefined

/** All that this process takes unless told otherwise: a quarter of the memory that it could get when it first opened pictures. */
export function defaultBudget(): Budget {
  // `availableMemory` knows a container's limit but came with Node 20.13
  const free = typeof process.availableMemory === 'function' ? process.availableMemory() : freemem()
  shared ??= new Budget(Math.floor(free / 4))
  return shared
}

/**
 * Keeps pictures as long as they fit the budget. What is kept stays: epochs visit every picture once in a new order,
 * where throwing old pictures out for new ones would throw away what is needed next. Reads that fail are not kept.
 */
export function cached(source: Source, budget = defaultBudget()): CachedSource {
  const pictures = new Map<number, Picture>()
  const share = budget.share(pictures)
  let hits = 0
  return {
    ...withoutRead(source),
    get hits() {
      return hits
    },
    get kept() {
      return pictures.size
    },
    letGo() {
      pictures.clear()
      share.giveBack()
    },
    async read(index) {
      const kept = pictures.get(index)
      if (kept) {
        hits++
        return kept
      }
      const picture = await source.read(index)
      // a second read of the same picture may have ended meanwhile
      if (!pictures.has(index) && share.take(picture.data.byteLength + PER_PICTURE))
        pictures.set(index, picture)
      return picture
    },
  }
}
