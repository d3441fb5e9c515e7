import { SelfsameError } from '../errors.js'
import { type Picture, PictureError } from './picture.js'
import { checkIndex, type Source } from './source.js'

/** A picture that is passed over, and why. */
export interface SetAside {
  readonly index: number
  readonly path: string
  /** one clause */
  readonly reason: string
}

/** How much may be set aside before the run stops. */
export interface QuarantineOptions {
  /** of all pictures, 0 to 1 */
  maxShare?: number | undefined
  /** this many may be set aside however small the set is */
  atLeast?: number
}

/** The list of the pictures of one source that cannot be read. */
export class Quarantine {
  readonly limit: number
  readonly #size: number
  readonly #entries = new Map<number, SetAside>()
  readonly #inTurn: SetAside[] = []

  /** @param size number of pictures in the source */
  constructor(size: number, { maxShare = 0.05, atLeast = 5 }: QuarantineOptions = {}) {
    this.#size = size
    // one picture must remain to stand in for the others
    this.limit = Math.min(Math.max(atLeast, Math.floor(maxShare * size)), size - 1)
  }

  has(index: number): boolean {
    return this.#entries.has(index)
  }

  /**
   * Sets a picture aside; once each, however often it is reported.
   * @throws SelfsameError when more are set aside than the limit allows
   */
  add(entry: SetAside): void {
    if (!this.#entries.has(entry.index)) {
      const kept = { ...entry }
      this.#entries.set(entry.index, kept)
      this.#inTurn.push(kept)
    }
    this.check()
  }

  /** @throws SelfsameError when more are set aside than the limit allows */
  check(): void {
    if (this.#entries.size <= this.limit) return
    const [first] = this.list
    throw new SelfsameError(
      `${this.#entries.size} of ${this.#size} pictures cannot be read where at most ${this.limit} may be passed over, ` +
        `among them '${first?.path}' (${first?.reason}); repair or remove these files and start again`,
    )
  }

  /** How many were set aside. */
  get count(): number {
    return this.#inTurn.length
  }

  /** What was set aside after the first `count`, in the order in which it was; costs nothing where there is nothing. */
  since(count: number): readonly SetAside[] {
    return this.#inTurn.slice(count)
  }

  /** What was set aside, by index. */
  get list(): readonly SetAside[] {
    return [...this.#entries.values()].sort((a, b) => a.index - b.index)
  }

  /** Part of all pictures that was set aside, 0 to 1. */
  get share(): number {
    return this.#size === 0 ? 0 : this.#entries.size / this.#size
  }
}

/**
 * Reads a picture or, where it cannot be read, the next good one: `(index + 1) mod size`, and so on. Which one that is
 * depends on the set of bad files alone, not on timing.
 * @returns the picture and the index it was read from
 * @throws SelfsameError when too many cannot be read
 */
export async function readGood(
  source: Source,
  index: number,
  quarantine: Quarantine,
): Promise<{ picture: Picture; index: number }> {
  checkIndex(source, index)
  for (let at = index; ; at = (at + 1) % source.size) {
    // also after another read has stopped the run: with every picture set aside the search would never end
    quarantine.check()
    if (quarantine.has(at)) continue
    try {
      return { picture: await source.read(at), index: at }
    } catch (error) {
      if (!(error instanceof PictureError)) throw error
      quarantine.add({ index: at, path: source.describe(at), reason: error.reason })
    }
  }
}
