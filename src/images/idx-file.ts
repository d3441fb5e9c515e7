import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { SelfsameError } from '../errors.js'

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
 * @param rank number of dimensions expected
 * @throws SelfsameError when the header or the length is wrong
 */
export async function readIdx(path: string, rank: number): Promise<Idx> {
  const packed = path.endsWith('.gz')
  try {
    const { size } = await stat(path)
    const reader = new IdxReader(path, rank, Math.min(packed ? size * MAX_RATIO : size, MAX_BYTES))
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
  readonly #rank: number
  readonly #possible: number
  readonly #header: Buffer
  #headed = 0
  #shape: number[] = []
  #data: Uint8Array | undefined
  #filled = 0

  constructor(path: string, rank: number, possible: number) {
    this.#path = path
    this.#rank = rank
    this.#possible = possible
    this.#header = Buffer.alloc(4 + 4 * rank)
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
    const used = chunk.copy(this.#header, this.#headed)
    this.#headed += used
    const magic = this.#header.readUInt32BE(0)
    const expected = 0x0800 + this.#rank
    if (this.#headed >= 4 && magic !== expected)
      throw this.#wrong(`begins with ${hex(magic)} where an IDX file has ${hex(expected)}`)
    if (this.#headed < this.#header.length) return used
    this.#shape = Array.from({ length: this.#rank }, (_, at) => this.#header.readUInt32BE(4 + 4 * at))
    const bytes = this.#shape.reduce((product, side) => product * side, 1)
    if (bytes === 0) throw this.#wrong(`states a shape of ${this.#shape.join(' × ')}, which is nothing`)
    if (bytes > this.#possible) {
      throw this.#wrong(`states ${this.#shape.join(' × ')} bytes, more than a file of its length can hold`)
    }
    this.#data = new Uint8Array(bytes)
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
