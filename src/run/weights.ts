/** Weights on disk: safetensors files whose header also holds a digest of the whole file. Any size; none is ever all in memory. */
import { createHash, type Hash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { SelfsameError } from '../errors.js'
import { writeAtomically, writeFully } from './files.js'
import { isObject } from './json.js'

/** Gives the file's bytes in turn, the header first, with these metadata in it. */
export type Pieces = (metadata: Record<string, string>) => Iterable<Uint8Array>

const LENGTH_BYTES = 8
const MAX_HEADER = 100_000_000
const READ_BYTES = 2 ** 22
/** In the digest's place while the digest is taken. */
const UNKNOWN = '0'.repeat(64)
// no string of the header can hold this, as its quotes would be escaped
const fieldOf = (digest: string) => `"sha256":"${digest}"`

/** Replaces `path` by a file of these pieces, hashed on the way. @throws SelfsameError when it cannot be written */
export function writeWeights(path: string, pieces: Pieces, metadata: Record<string, string> = {}): void {
  writeAtomically(path, (file) => {
    const hash = createHash('sha256')
    let place = -1
    for (const piece of pieces({ ...metadata, sha256: UNKNOWN })) {
      if (place < 0) place = placeOf(piece, UNKNOWN)
      hash.update(piece)
      writeFully(file, piece)
    }
    writeFully(file, Buffer.from(hash.digest('hex')), place)
  })
}

/** Where the digest itself stands in a header. */
function placeOf(header: Uint8Array, digest: string): number {
  const at = Buffer.from(header.buffer, header.byteOffset, header.byteLength).indexOf(fieldOf(digest))
  return at < 0 ? -1 : at + fieldOf('').length - 1
}

/** A file of weights that stays open, so that what was checked is what is read. */
export class WeightsFile implements Disposable {
  readonly path: string
  readonly size: number
  /** The header's metadata; undefined when it is damaged. */
  readonly metadata: Record<string, unknown> | undefined
  readonly #file: number
  readonly #header: Buffer | undefined

  /** @throws the file system's error when it cannot be opened */
  constructor(path: string) {
    this.path = path
    this.#file = openSync(path, 'r')
    try {
      this.size = fstatSync(this.#file).size
      this.#header = this.#readHeader()
      this.metadata = this.#header && metadataOf(this.#header)
    } catch (error) {
      closeSync(this.#file)
      throw error
    }
  }

  /** Fills `into` from `position` on. @throws SelfsameError when the file ends before that */
  read(position: number, into: Uint8Array): void {
    for (let read = 0; read < into.length; ) {
      const length = Math.min(READ_BYTES, into.length - read)
      const got = readSync(this.#file, into, read, length, position + read)
      if (got === 0) throw new SelfsameError(`${this.path} ends too early: it is damaged`)
      read += got
    }
  }

  /** Whether it is as it was written, to the bit. Reads all of it. */
  isSound(): boolean {
    const digest = this.metadata?.sha256
    if (!this.#header || typeof digest !== 'string' || digest.length !== UNKNOWN.length) return false
    const header = Buffer.from(this.#header)
    const place = placeOf(header, digest)
    if (place < 0) return false
    header.write(UNKNOWN, place)
    return this.#digestFrom(header.length, createHash('sha256').update(header)) === digest
  }

  /** SHA-256 of all of it, in hexadecimal digits. */
  digest(): string {
    return this.#digestFrom(0, createHash('sha256'))
  }

  #digestFrom(start: number, hash: Hash): string {
    const piece = new Uint8Array(READ_BYTES)
    for (let at = start; at < this.size; at += READ_BYTES) {
      const part = piece.subarray(0, Math.min(READ_BYTES, this.size - at))
      this.read(at, part)
      hash.update(part)
    }
    return hash.digest('hex')
  }

  [Symbol.dispose](): void {
    closeSync(this.#file)
  }

  /** The length and the JSON after it. */
  #readHeader(): Buffer | undefined {
    if (this.size < LENGTH_BYTES) return undefined
    const prefix = Buffer.alloc(LENGTH_BYTES)
    this.read(0, prefix)
    const length = prefix.readBigUInt64LE()
    if (length > MAX_HEADER || Number(length) + LENGTH_BYTES > this.size) return undefined
    const header = Buffer.alloc(LENGTH_BYTES + Number(length))
    this.read(0, header)
    return header
  }
}

function metadataOf(header: Buffer): Record<string, unknown> | undefined {
  try {
    const { __metadata__: metadata } = JSON.parse(header.subarray(LENGTH_BYTES).toString())
    return isObject(metadata) ? metadata : undefined
  } catch {
    return undefined
  }
}

/** Whether there is a file of weights that is as it was written. */
export function isSoundWeights(path: string): boolean {
  using file = openedWeights(path)
  return file?.isSound() ?? false
}

/** The file at `path`, or undefined where there is none that can be opened. */
export function openedWeights(path: string): WeightsFile | undefined {
  try {
    // a pipe would never open
    return statSync(path, { throwIfNoEntry: false })?.isFile() ? new WeightsFile(path) : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new SelfsameError(`${path} cannot be read (${(error as Error).message}): it is needed to go on`)
  }
}
