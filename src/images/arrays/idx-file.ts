import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { SelfsameError } from '../../errors.js'

/** An array of unsigned bytes as an IDX file holds it. */
export interface Idx {
  data: Uint8Array
  shape: number[]
}

const MAX_BYTES = 2 ** 31
// deflate cannot shrink data by more than this (zlib's technical notes), so a larger claim is false
const MAX_RATIO = 1032

/**
 * Reads an IDX file of unsigned bytes, unpacked on the way where its name ends in .gz. Memory is taken only after the
 * header has been found possible, and never more than the header states.
 * @param ranks numbers of dimensions that it may have
 * @throws SelfsameError when the header or the length is wrong
 */
export async function readIdx(path: string, ...ranks: readonly number[]): Promise<Idx> {
  const packed = path.endsWith('.gz')
  try {
    const { size } = await stat(path)
    const reader = new IdxReader(path, ranks, Math.min(packed ? size * MAX_RATIO : size, MAX_BYTES))
    const file = createReadStream(path)
    // an error of the file comes out of the unpacker, so nothing is left to do in the callback
    const bytes = packed ? pipeline(file, createGunzip(), () => undefined) : file
    for await (const chunk of bytes) reader.take(chunk)
    return reader.end()
  } catch (error) {
    if (error instanceof SelfsameError) throw error
    throw new SelfsameError(`'${path}' cannot be read (${(error as Error).message}); get the file again`)
  }
}

class IdxReader {
  readonly #path: string
  readonly #ranks: readonly number[]
  readonly #possible: number
  // room for the longest header; how much of it counts is known after the first four bytes
  readonly #header = Buffer.alloc(4 + 4 * 255)
  #headed = 0
  #shape: number[] = []
  #data: Uint8Array | undefined
  #filled = 0

  constructor(path: string, ranks: readonly number[], possible: number) {
    this.#path = path
    this.#ranks = ranks
    this.#possible = possible
  }

  take(chunk: Buffer): void {
    const used = this.#data ? 0 : this.#takeHeader(chunk)
    const rest = chunk.subarray(used)
    if (rest.length === 0 || this.#data === undefined) return
    if (this.#filled + rest.length > this.#data.length)
      throw this.#wrong(`is longer than the ${this.#promise()}`)
    this.#data.set(rest, this.#filled)
    this.#filled += rest.length
  }

  end(): Idx {
    if (this.#data === undefined) throw this.#wrong(`ends within its header after ${this.#headed} bytes`)
    if (this.#filled < this.#data.length)
      throw this.#wrong(`ends after ${this.#filled} of the ${this.#promise()}`)
    return { data: this.#data, shape: this.#shape }
  }

  #takeHeader(chunk: Buffer): number {
    let used = this.#copyHeader(chunk, 4)
    if (this.#headed < 4) return used
    const magic = this.#header.readUInt32BE(0)
    const rank = this.#ranks.find((known) => magic === 0x0800 + known)
    if (rank === undefined) {
      const expected = this.#ranks.map((known) => hex(0x0800 + known)).join(' or ')
      throw this.#wrong(`begins with ${hex(magic)} where an IDX file has ${expected}`)
    }
    used += this.#copyHeader(chunk.subarray(used), 4 + 4 * rank)
    if (this.#headed < 4 + 4 * rank) return used
    this.#shape = Array.from({ length: rank }, (_, at) => this.#header.readUInt32BE(4 + 4 * at))
    const bytes = this.#shape.reduce((product, side) => product * side, 1)
    if (bytes === 0) throw this.#wrong(`states a shape of ${this.#shape.join(' × ')}, which is nothing`)
    if (bytes > this.#possible) {
      throw this.#wrong(`states ${this.#shape.join(' × ')} bytes, more than a file of its length can hold`)
    }
    this.#data = new Uint8Array(bytes)
    return used
  }

  #copyHeader(chunk: Buffer, until: number): number {
    const used = chunk.copy(this.#header, this.#headed, 0, Math.max(0, until - this.#headed))
    this.#headed += used
    return used
  }

  #promise(): string {
    return `${this.#data?.length} bytes that its header states`
  }

  #wrong(what: string): SelfsameError {
    return new SelfsameError(`'${this.#path}' ${what}; get the file again`)
  }
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`
}
