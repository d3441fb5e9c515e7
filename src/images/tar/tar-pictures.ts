import { basename, extname } from 'node:path'
import { readPart } from '../arrays/handles.js'
import { PictureError } from '../picture.js'
import type { StoredPictures } from '../stored-pictures.js'
import type { TarIndex } from './tar-index.js'

// a picture of this many bytes is no picture, and several are read at once
const MOST_BYTES = 2 ** 30

/** The pictures of several tars, numbered through. */
export class TarPictures {
  readonly count: number
  readonly #tars: readonly TarIndex[]
  /** number of each tar's first picture, and of all */
  readonly #starts: Float64Array

  constructor(tars: readonly TarIndex[]) {
    this.#tars = tars
    this.#starts = new Float64Array(tars.length + 1)
    for (const [at, { names }] of tars.entries())
      this.#starts[at + 1] = (this.#starts[at] as number) + names.length
    this.count = this.#starts[tars.length] as number
  }

  /** Each tar with its pictures' first number, and the number after the last. */
  *tars(): Generator<[tar: number, from: number, to: number]> {
    for (let at = 0; at < this.#tars.length; at++) {
      yield [at, this.#starts[at] as number, this.#starts[at + 1] as number]
    }
  }

  /** A picture's path in its tar. */
  name(picture: number): string {
    const { tar, at } = this.#place(picture)
    return tar.names.get(at)
  }

  /** The same after the tar's name. */
  path(picture: number): string {
    const { tar, at } = this.#place(picture)
    return `${basename(tar.file.path)}/${tar.names.get(at)}`
  }

  /** Number of its class as when it was listed, or -1. */
  label(picture: number): number {
    const { tar, at } = this.#place(picture)
    return tar.labels[at] as number
  }

  /** A picture as it is stored. @throws PictureError when it cannot be read */
  async bytes(picture: number): Promise<Buffer> {
    const { tar, at } = this.#place(picture)
    const size = tar.sizes[at] as number
    if (size > MOST_BYTES) throw new PictureError(this.path(picture), 'it takes more than 1 GiB')
    return readPart(tar.file, tar.offsets[at] as number, size, this.path(picture))
  }

  /** The pictures with these numbers. */
  stored(name: string, numbers: Uint32Array): StoredPictures {
    const numberOf = (index: number) => numbers[index] as number
    const content = (index: number) => this.bytes(numberOf(index))
    return {
      name,
      size: numbers.length,
      describe: (index) => this.path(numberOf(index)),
      content,
      encoded: async (index) => {
        const extension = extname(this.name(numberOf(index)))
          .slice(1)
          .toLowerCase()
        return { bytes: await content(index), extension }
      },
    }
  }

  /** The tar that a picture lies in, and its number there. */
  #place(picture: number): { tar: TarIndex; at: number } {
    let low = 0
    let high = this.#tars.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#starts[middle] as number) <= picture) low = middle
      else high = middle - 1
    }
    return { tar: this.#tars[low] as TarIndex, at: picture - (this.#starts[low] as number) }
  }
}
