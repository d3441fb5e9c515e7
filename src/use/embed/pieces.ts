/**
 * What is embedded is kept in pieces until all is there: a kill costs one. A piece is called by what it is made of, so that one
 * that is found is right, whatever was asked for before.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeWhole } from '../../images/pack/pack-files.js'
import { makeFolder } from '../../make-folder.js'
import { explainWriteError } from '../../write-error.js'
import type { Row } from '../store/format.js'
import { bytesOf } from '../store/npy.js'
import { REMEDIES } from '../store/remedies.js'

/** Pictures of a piece. */
export const PIECE = 512
const ENDING = '.piece'
/** Beside the pieces: what computed them. */
export const ENGINE = 'engine'

export interface Piece {
  rows: Row[]
  /** `[rows.length · dimension]` as the encoder made them. */
  vectors: Float32Array
  unread: { path: string; reason: string }[]
  /** How many of the rows were known, and not embedded anew. */
  known: number
}

/** Names a piece by all that decides what is in it. */
export function pieceName(...what: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 40)
}

export class Pieces {
  readonly folder: string
  readonly #dimension: number

  private constructor(folder: string, dimension: number) {
    this.folder = folder
    this.#dimension = dimension
  }

  /** @throws SelfsameError when the folder cannot be made */
  static async open(folder: string, dimension: number): Promise<Pieces> {
    try {
      makeFolder(folder)
    } catch (error) {
      throw explainWriteError(error, `'${folder}'`, REMEDIES)
    }
    return new Pieces(folder, dimension)
  }

  /** Writes down what computes, for who goes on. */
  async tell(engine: string): Promise<void> {
    await writeWhole(join(this.folder, ENGINE), `${engine}\n`, REMEDIES)
  }

  /** Names of those that are there. */
  async names(): Promise<Set<string>> {
    const files = await readdir(this.folder)
    return new Set(files.flatMap((file) => (file.endsWith(ENDING) ? [file.slice(0, -ENDING.length)] : [])))
  }

  /** @throws SelfsameError when it cannot be written */
  async write(name: string, { rows, vectors, unread, known }: Piece): Promise<void> {
    const about = rows.map(({ thumbnail, ...row }) => ({ ...row, thumbnail: thumbnail.length }))
    const header = Buffer.from(JSON.stringify({ rows: about, unread, known }))
    const length = Buffer.alloc(4)
    length.writeUInt32LE(header.length)
    const content = Buffer.concat([
      length,
      header,
      bytesOf(vectors),
      ...rows.map(({ thumbnail }) => thumbnail),
    ])
    await writeWhole(this.#path(name), Buffer.concat([digestOf(content), content]), REMEDIES)
  }

  /** @returns undefined where it is not there, or damaged */
  async read(name: string): Promise<Piece | undefined> {
    const all = await readFile(this.#path(name)).catch(() => undefined)
    const content = all?.subarray(DIGEST)
    if (!all || !content || !digestOf(content).equals(all.subarray(0, DIGEST))) return undefined
    const header = content.readUInt32LE(0)
    const { rows, unread, known } = JSON.parse(content.toString('utf8', 4, 4 + header))
    const from = 4 + header
    const vectors = new Float32Array(rows.length * this.#dimension)
    bytesOf(vectors).set(content.subarray(from, from + vectors.byteLength))
    let at = from + vectors.byteLength
    for (const row of rows) {
      row.thumbnail = content.subarray(at, at + row.thumbnail)
      at += row.thumbnail.length
    }
    return { rows, vectors, unread, known }
  }

  async clear(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }

  #path(name: string): string {
    return join(this.folder, `${name}${ENDING}`)
  }
}

const DIGEST = 32

function digestOf(content: Uint8Array): Buffer {
  return createHash('sha256').update(content).digest()
}
