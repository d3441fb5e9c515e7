/** Many names, numbered. */
export interface Names {
  readonly length: number
  /** @throws RangeError when there is no such name */
  get(index: number): string
  /** A part of them, numbered anew, that shares the memory. */
  slice(from: number, to: number): Names
  /** Several parts of them one after another, numbered anew, that share the memory. */
  parts(ranges: readonly { from: number; to: number }[]): Names
}

/** Bytes of one name, at most. */
export const LONGEST_NAME = 65_535

// a power of two, so that a position is split by a shift; a name lies in one piece
const SHIFT = 20
const PIECE = 2 ** SHIFT
const MOST_PIECES = 2 ** 32 / PIECE

/**
 * Names as UTF-8 in a few large pieces of memory: six bytes a name besides its own, and no object for any of them, as a
 * million strings would take ten times that and slow every garbage collection down.
 */
export class NameList implements Names {
  #pieces: Buffer[] = []
  #used = PIECE
  /** where each name begins: two bytes of length, then its own */
  #starts = new Uint32Array(16)
  #length = 0

  /** The given names. */
  static of(names: Iterable<string>): NameList {
    const list = new NameList()
    for (const name of names) list.push(name)
    return list
  }

  get length(): number {
    return this.#length
  }

  /** @throws RangeError when the name is longer than `LONGEST_NAME`, or 4 GiB are full */
  push(name: string): void {
    // a UTF-16 unit becomes at most 3 bytes
    let most = 3 * name.length
    if (most > LONGEST_NAME) most = Buffer.byteLength(name)
    if (most > LONGEST_NAME) throw new RangeError(`a name of ${most} bytes is longer than ${LONGEST_NAME}`)
    if (this.#used + 2 + most > PIECE) {
      if (this.#pieces.length === MOST_PIECES) throw new RangeError('the names take more than 4 GiB')
      this.#pieces.push(Buffer.allocUnsafeSlow(PIECE))
      this.#used = 0
    }
    const at = this.#pieces.length - 1
    const piece = this.#pieces[at] as Buffer
    const bytes = piece.write(name, this.#used + 2)
    piece.writeUInt16LE(bytes, this.#used)
    if (this.#length === this.#starts.length) {
      const larger = new Uint32Array(2 * this.#length)
      larger.set(this.#starts)
      this.#starts = larger
    }
    this.#starts[this.#length++] = at * PIECE + this.#used
    this.#used += 2 + bytes
  }

  get(index: number): string {
    const start = this.#starts[index]
    if (start === undefined || index >= this.#length) {
      throw new RangeError(`there are names 0 to ${this.#length - 1}, got ${index}`)
    }
    const piece = this.#pieces[start >>> SHIFT] as Buffer
    const from = (start & (PIECE - 1)) + 2
    return piece.toString('utf8', from, from + piece.readUInt16LE(from - 2))
  }

  slice(from: number, to: number): Names {
    const part = new NameList()
    part.#pieces = this.#pieces
    part.#starts = this.#starts.subarray(from, Math.min(to, this.#length))
    part.#length = part.#starts.length
    return part
  }

  parts(ranges: readonly { from: number; to: number }[]): Names {
    const [only] = ranges
    if (only && ranges.length === 1) return this.slice(only.from, only.to)
    const all = new NameList()
    all.#pieces = this.#pieces
    all.#starts = new Uint32Array(ranges.reduce((sum, { from, to }) => sum + to - from, 0))
    for (const { from, to } of ranges) {
      all.#starts.set(this.#starts.subarray(from, to), all.#length)
      all.#length += to - from
    }
    return all
  }

  /** Sorts the names by their bytes, which is the same on every system and in every locale. */
  sort(): this {
    this.#sort(0, this.#length, 0)
    return this
  }

  /** The byte at `depth` of the name that begins at `start`, and -1 beyond its end. */
  #byte(start: number, depth: number): number {
    const piece = this.#pieces[start >>> SHIFT] as Buffer
    const at = start & (PIECE - 1)
    const length = (piece[at] as number) | ((piece[at + 1] as number) << 8)
    return depth < length ? (piece[at + 2 + depth] as number) : -1
  }

  /** Quicksort by one byte at a time (Bentley and Sedgewick 1997): names of one folder share long beginnings. */
  #sort(from: number, to: number, depth: number): void {
    const starts = this.#starts
    while (to - from > 1) {
      const pivot = this.#pivot(from, to, depth)
      let less = from
      let more = to
      for (let at = from; at < more; ) {
        const start = starts[at] as number
        const byte = this.#byte(start, depth)
        if (byte < pivot) {
          starts[at++] = starts[less] as number
          starts[less++] = start
        } else if (byte > pivot) {
          starts[at] = starts[--more] as number
          starts[more] = start
        } else at++
      }
      this.#sort(from, less, depth)
      this.#sort(more, to, depth)
      // names that have ended are equal
      if (pivot === -1) return
      from = less
      to = more
      depth++
    }
  }

  #pivot(from: number, to: number, depth: number): number {
    const at = (index: number) => this.#byte(this.#starts[index] as number, depth)
    const first = at(from)
    const middle = at((from + to) >>> 1)
    const last = at(to - 1)
    return Math.max(Math.min(first, middle), Math.min(Math.max(first, middle), last))
  }
}
