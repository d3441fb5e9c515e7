import { basename } from 'node:path'
import type { RowGroup } from 'hyparquet'
import { sniff } from '../decode/formats.js'
import { PictureError } from '../picture.js'
import type { EncodedPicture } from '../source.js'
import { type ParquetFile, readColumn } from './parquet-file.js'

/** Where a row is: its file, its group there, its place in that, and its number in the file. */
export type Place = readonly [file: number, group: number, row: number, inFile: number]

/** Unpacked groups that are kept, in bytes. */
const MOST_KEPT = 2 ** 28
// larger groups are not unpacked
const MOST_BYTES = 2 ** 30

/**
 * The pictures in the rows of Parquet files. The smallest part that can be read is a group of rows; groups are unpacked
 * one after another, and as many are kept as fit 256 MiB.
 */
export class ParquetPictures {
  readonly #files: readonly ParquetFile[]
  /** the longest unused first */
  readonly #groups = new Map<RowGroup, Promise<unknown[]>>()
  #turn: Promise<unknown> = Promise.resolve()

  constructor(files: readonly ParquetFile[]) {
    this.#files = files
  }

  /** 'train.parquet row 17', counted from 1. */
  describe([file, , , inFile]: Place): string {
    return `${basename((this.#files[file] as ParquetFile).path)} row ${inFile + 1}`
  }

  /** The same with what its content says that it is. @throws PictureError when it cannot be had */
  async encoded(place: Place): Promise<EncodedPicture> {
    const bytes = await this.bytes(place)
    return { bytes, extension: sniff(bytes.subarray(0, 18))?.toLowerCase() ?? '' }
  }

  /** The picture in a row. @throws PictureError when it cannot be had */
  async bytes(place: Place): Promise<Uint8Array> {
    const [at, number, row] = place
    const file = this.#files[at] as ParquetFile
    const fault = (reason: string) => new PictureError(this.describe(place), reason)
    let value: unknown
    try {
      value = (await this.#unpacked(file, file.metadata.row_groups[number] as RowGroup))[row]
    } catch (error) {
      const why = (error as Error).message.replace(/\s+/g, ' ')
      throw fault(error instanceof PictureError ? error.reason : `it cannot be unpacked: ${why}`)
    }
    const bytes = file.columns.stored === 'struct' ? (value as { bytes?: unknown } | undefined)?.bytes : value
    if (bytes instanceof Uint8Array && bytes.length > 0) return bytes
    throw fault('the row holds no picture')
  }

  async #unpacked(file: ParquetFile, group: RowGroup): Promise<unknown[]> {
    const { picture } = file.columns
    if (sizeOf(group, picture) > MOST_BYTES)
      throw new RangeError(
        'its group of rows takes more than 1 GiB; write the file again with 100 rows a group',
      )
    const known = this.#groups.get(group)
    const pictures =
      known ?? this.#turn.then(() => readColumn(file, group, picture, 0, Number(group.num_rows)))
    if (!known) this.#turn = pictures.catch(() => this.#groups.delete(group))
    this.#groups.delete(group)
    this.#groups.set(group, pictures)
    let kept = 0
    for (const one of this.#groups.keys()) kept += sizeOf(one, picture)
    for (const one of this.#groups.keys()) {
      if (kept <= MOST_KEPT || one === group) break
      this.#groups.delete(one)
      kept -= sizeOf(one, picture)
    }
    return pictures
  }
}

/** Bytes of a column of a group, unpacked. */
function sizeOf({ columns }: RowGroup, name: string): number {
  const own = columns.filter(({ meta_data: column }) => column?.path_in_schema[0] === name)
  return own.reduce((sum, { meta_data: column }) => sum + Number(column?.total_uncompressed_size), 0)
}
