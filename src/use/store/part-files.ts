/** The files of an index's parts, read as little as is asked for. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SelfsameError } from '../../errors.js'
import { readPart } from '../../images/arrays/handles.js'
import { openNpy } from '../../images/arrays/npy-file.js'
import type { Row } from './format.js'
import { rowsName, vectorsName } from './format.js'
import { type PartRecord, runsOn } from './numbering.js'
import { openRows, type RowsFile, readRows } from './rows-file.js'

/** Rows between two that are wanted which are read along rather than passed over. */
const GAP = 64

export class PartFiles {
  readonly #folder: string
  readonly #dimension: number
  readonly #rows = new Map<number, Promise<RowsFile>>()
  readonly #checked = new Map<number, ReturnType<typeof openNpy>>()

  constructor(folder: string, dimension: number) {
    this.#folder = folder
    this.#dimension = dimension
  }

  /** Vectors of the rows of a part that are on. */
  async vectors(part: PartRecord): Promise<Float32Array> {
    const name = vectorsName(part.number)
    return this.#explained(part, name, async () => {
      const { offset } = await this.#npy(part)
      const dimension = this.#dimension
      const bytes = await readFile(join(this.#folder, name))
      const start = bytes.byteOffset + offset
      if ((bytes.length - offset) % 4 !== 0) throw new Error('it is cut short')
      const all =
        start % 4 === 0
          ? new Float32Array(bytes.buffer as ArrayBuffer, start, (bytes.length - offset) / 4)
          : new Float32Array(Uint8Array.from(bytes.subarray(offset)).buffer)
      if (all.length !== part.rows * dimension) throw new Error('it changed as it was read')
      let to = 0
      for (const [from, end] of runsOn(part)) {
        all.copyWithin(to * dimension, from * dimension, end * dimension)
        to += end - from
      }
      return all.subarray(0, to * dimension)
    })
  }

  /** The vectors of single rows of a part, into the places given. */
  async someVectors(
    part: PartRecord,
    inners: readonly number[],
    into: Float32Array,
    places: readonly number[],
  ): Promise<void> {
    const name = vectorsName(part.number)
    const length = 4 * this.#dimension
    await this.#explained(part, name, async () => {
      const { file, offset } = await this.#npy(part)
      const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength)
      await Promise.all(
        inners.map(async (inner, i) => {
          bytes.set(
            await readPart(file, offset + inner * length, length, name),
            (places[i] as number) * length,
          )
        }),
      )
    })
  }

  /** What is known of rows of a part, in their order. */
  async rows<K extends keyof Row>(
    part: PartRecord,
    inners: readonly number[],
    columns: readonly K[],
  ): Promise<Pick<Row, K>[]> {
    const name = rowsName(part.number)
    return this.#explained(part, name, async () => {
      const table = await this.#table(part)
      const sorted = [...new Set(inners)].sort((a, b) => a - b)
      const found = new Map<number, Pick<Row, K>>()
      for (let i = 0; i < sorted.length; ) {
        let end = i + 1
        while (end < sorted.length && (sorted[end] as number) - (sorted[end - 1] as number) <= GAP) end++
        const from = sorted[i] as number
        const rows = await readRows(table, from, (sorted[end - 1] as number) + 1, columns)
        for (; i < end; i++)
          found.set(sorted[i] as number, rows[(sorted[i] as number) - from] as Pick<Row, K>)
      }
      return inners.map((inner) => found.get(inner) as Pick<Row, K>)
    })
  }

  close(): void {
    this.#rows.clear()
    this.#checked.clear()
  }

  #npy(part: PartRecord): ReturnType<typeof openNpy> {
    const known = this.#checked.get(part.number)
    if (known) return known
    const path = join(this.#folder, vectorsName(part.number))
    const opened = openNpy(path).then((npy) => {
      const [rows, columns] = npy.shape
      const { kind, size, littleEndian } = npy.type
      if (
        npy.shape.length !== 2 ||
        rows !== part.rows ||
        columns !== this.#dimension ||
        kind !== 'float' ||
        size !== 4 ||
        !littleEndian
      )
        throw new Error(
          `it holds [${npy.shape.join(', ')}] where float32 [${part.rows}, ${this.#dimension}] is expected`,
        )
      return npy
    })
    return this.#kept(this.#checked, part.number, opened)
  }

  #table(part: PartRecord): Promise<RowsFile> {
    const known = this.#rows.get(part.number)
    if (known) return known
    return this.#kept(this.#rows, part.number, openRows(join(this.#folder, rowsName(part.number)), part.rows))
  }

  #kept<T>(where: Map<number, Promise<T>>, number: number, opened: Promise<T>): Promise<T> {
    where.set(number, opened)
    opened.catch(() => where.delete(number))
    return opened
  }

  async #explained<T>(part: PartRecord, name: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act()
    } catch (error) {
      const { message } = error as Error
      const why = /ENOENT|no longer there/.test(message) ? 'it is gone' : message.split(/\n|; /)[0]
      throw new SelfsameError(
        `part ${part.number} of the index '${this.#folder}' cannot be read: ${name}: ${why}; put that file back from a copy, ` +
          'or remove the folder and embed the pictures again',
        { cause: error },
      )
    }
  }
}
