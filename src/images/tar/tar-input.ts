import type { FileHandle } from 'node:fs/promises'
import { readFully } from '../arrays/handles.js'
import type { TarInput } from './tar.js'

const LEAST = 4096
const MOST = 2 ** 20

/**
 * A tar's bytes out of a file, through a window: large where members are small, so that a million headers are not a
 * million reads, and small where contents are skipped.
 */
export class FileInput implements TarInput {
  readonly size: number
  readonly #handle: FileHandle
  #buffer = Buffer.allocUnsafe(LEAST)
  #start = 0
  #end = 0
  #next = LEAST

  constructor(handle: FileHandle, size: number) {
    this.#handle = handle
    this.size = size
  }

  view(position: number, length: number): Buffer | Promise<Buffer> {
    if (position >= this.#start && position + length <= this.#end)
      return this.#buffer.subarray(position - this.#start, position - this.#start + length)
    return this.#fill(position, length)
  }

  async #fill(position: number, length: number): Promise<Buffer> {
    // what would have been read in vain is compared with what one read costs
    const near = position - this.#end < MOST / 16
    this.#next = near ? Math.min(4 * this.#next, MOST) : LEAST
    const wanted = Math.min(Math.max(length, this.#next), Math.max(0, this.size - position))
    if (wanted > this.#buffer.length) this.#buffer = Buffer.allocUnsafe(Math.max(wanted, this.#next))
    const got = await readFully(this.#handle, this.#buffer.subarray(0, wanted), position)
    this.#start = position
    this.#end = position + got
    return this.#buffer.subarray(0, Math.min(length, got))
  }
}

/** A tar's bytes out of a stream, such as one that is unpacked on the way. */
export class StreamInput implements TarInput {
  readonly #chunks: AsyncIterator<Buffer>
  #held: Buffer = Buffer.alloc(0)
  #start = 0

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  async view(position: number, length: number): Promise<Buffer> {
    let parts = [this.#held]
    let held = this.#held.length
    while (this.#start + held < position + length) {
      // all that lies before the position is done with
      if (this.#start + held <= position) {
        this.#start += held
        parts = []
        held = 0
      }
      const { value, done } = await this.#chunks.next()
      if (done) break
      parts.push(value)
      held += value.length
    }
    const all = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)
    const skipped = Math.min(Math.max(0, position - this.#start), all.length)
    this.#held = all.subarray(skipped)
    this.#start += skipped
    return this.#start === position ? this.#held.subarray(0, length) : Buffer.alloc(0)
  }
}
