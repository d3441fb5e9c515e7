/** Pieces put together as parts of an index. */
import { join } from 'node:path'
import { SelfsameError } from '../../errors.js'
import { WholeFile } from '../../images/pack/pack-files.js'
import type { Piece, Pieces } from '../embed/pieces.js'
import { rowsName, vectorsName } from './format.js'
import { bytesOf, npyHeader } from './npy.js'
import type { PartRecord } from './numbering.js'
import { REMEDIES } from './remedies.js'
import { RowsWriter } from './rows-file.js'

/** A piece that was made a moment ago. @throws SelfsameError where it is gone or damaged since */
export async function pieceOf(pieces: Pieces, name: string): Promise<Piece> {
  const piece = await pieces.read(name)
  if (piece) return piece
  throw new SelfsameError(
    `what was embedded into '${pieces.folder}' is gone or damaged; run the same command again`,
  )
}

/**
 * Writes parts of `partRows` rows, numbered from `first` on.
 * @throws SelfsameError when they cannot be written
 */
export async function writeParts(
  folder: string,
  dimension: number,
  names: readonly string[],
  pieces: Pieces,
  first: number,
  partRows: number,
): Promise<PartRecord[]> {
  const parts: PartRecord[] = []
  let open: OpenPart | undefined
  try {
    for (const name of names) {
      const { rows, vectors } = await pieceOf(pieces, name)
      for (let at = 0; at < rows.length; ) {
        open ??= await OpenPart.begin(folder, dimension, first + parts.length)
        const count = Math.min(rows.length - at, partRows - open.rows)
        await open.append(
          rows.slice(at, at + count),
          vectors.subarray(at * dimension, (at + count) * dimension),
        )
        at += count
        if (open.rows < partRows) continue
        parts.push(await open.finish())
        open = undefined
      }
    }
    if (open) parts.push(await open.finish())
    open = undefined
    return parts
  } finally {
    await open?.abandon()
  }
}

class OpenPart {
  rows = 0
  readonly #number: number
  readonly #dimension: number
  readonly #vectors: WholeFile
  readonly #table: RowsWriter

  private constructor(number: number, dimension: number, vectors: WholeFile, table: RowsWriter) {
    this.#number = number
    this.#dimension = dimension
    this.#vectors = vectors
    this.#table = table
  }

  static async begin(folder: string, dimension: number, number: number): Promise<OpenPart> {
    const vectors = await WholeFile.begin(join(folder, vectorsName(number)), REMEDIES)
    // its number of rows is known at the end
    await vectors.append(npyHeader(0, dimension))
    try {
      return new OpenPart(number, dimension, vectors, await RowsWriter.begin(join(folder, rowsName(number))))
    } catch (error) {
      await vectors.abandon()
      throw error
    }
  }

  async append(rows: Piece['rows'], vectors: Float32Array): Promise<void> {
    await this.#vectors.append(bytesOf(vectors))
    await this.#table.append(rows)
    this.rows += rows.length
  }

  async finish(): Promise<PartRecord> {
    await this.#vectors.finish(npyHeader(this.rows, this.#dimension))
    await this.#table.finish()
    return { number: this.#number, rows: this.rows, off: [] }
  }

  async abandon(): Promise<void> {
    await this.#vectors.abandon()
    await this.#table.abandon()
  }
}
