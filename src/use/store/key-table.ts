/** Rows by keys, in 40 bytes each: a million paths as objects would take several times that. */
import { createHash } from 'node:crypto'

/** Words of a key: 128 bits of a digest, in which no two of any number of pictures are the same. */
const WORDS = 4

export class KeyTable {
  readonly #mask: number
  readonly #keys: Uint32Array
  readonly #rows: Int32Array

  /** @param size keys that will be set, at most */
  constructor(size: number) {
    let places = 16
    while (places < 2 * size) places *= 2
    this.#mask = places - 1
    this.#keys = new Uint32Array(places * WORDS)
    this.#rows = new Int32Array(places).fill(-1)
  }

  /** Keeps what was set first. */
  set(key: Buffer, row: number): void {
    const place = this.#place(key)
    if (this.#rows[place] !== -1) return
    for (let word = 0; word < WORDS; word++) this.#keys[place * WORDS + word] = key.readUInt32LE(4 * word)
    this.#rows[place] = row
  }

  get(key: Buffer): number | undefined {
    const row = this.#rows[this.#place(key)] as number
    return row === -1 ? undefined : row
  }

  /** Where a key is, or would be put. */
  #place(key: Buffer): number {
    let place = key.readUInt32LE(0) & this.#mask
    for (; this.#rows[place] !== -1; place = (place + 1) & this.#mask) {
      let same = true
      for (let word = 0; word < WORDS && same; word++)
        same = this.#keys[place * WORDS + word] === key.readUInt32LE(4 * word)
      if (same) break
    }
    return place
  }
}

/** The key of any text. */
export function keyOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** The key of a digest in hex. */
export function keyOfDigest(digest: string): Buffer {
  return /^[0-9a-f]{64}$/.test(digest) ? Buffer.from(digest, 'hex') : keyOf(digest)
}
