import { basename, extname } from 'node:path'
import type { RowGroup } from 'hyparquet'
import { isPictureName, sniff } from '../decode/formats.js'
import { PictureError } from '../picture.js'
import type { EncodedPicture } from '../source.js'
import type { ParquetColumns } from './parquet-columns.js'
import { type ParquetFile, pagesOf, readColumn } from './parquet-file.js'

/** What a row holds of a picture. */
interface Stored {
  bytes: Uint8Array
  path?: string | undefined
}

interface Block {
  pictures: Promise<(Stored | undefined)[]>
  bytes: number
  done: boolean
}

/** Unpacked parts that are kept, in bytes. */
const MOST_KEPT = 2 ** 28
// larger parts are not unpacked
const MOST_BYTES = 2 ** 30
const AT_ONCE = 2

/**
 * The pictures in the rows of Parquet files. A group of rows is the smallest part that can be read, unless the file has
 * an index of pages; so these parts are read few at a time, and as many are kept as fit 256 MiB.
 */
export class ParquetPictures {
  readonly #files: readonly ParquetFile[]
  readonly #columns: readonly ParquetColumns[]
  /** number of each file's first row */
  readonly #starts: readonly number[]
  /** by file and group */
  readonly #pages = new Map<string, Promise<number[]>>()
  /** by file, group and page, the longest unused first */
  readonly #blocks = new Map<string, Block>()
  readonly #waiting: (() => void)[] = []
  #kept = 0
  #reading = 0

  constructor(files: readonly ParquetFile[], columns: readonly ParquetColumns[]) {
    this.#files = files
    this.#columns = columns
    let rows = 0
    this.#starts = files.map((file) => {
      rows += file.rows
      return rows - file.rows
    })
  }

  /** 'train.parquet row 17', counted from 1. */
  describe(row: number): string {
    const at = last(this.#starts, row)
    const file = this.#files[at] as ParquetFile
    return `${basename(file.path)} row ${row - (this.#starts[at] as number) + 1}`
  }

  /** The picture in a row, of all rows. @throws PictureError when it cannot be had */
  async bytes(row: number): Promise<Uint8Array> {
    return (await this.#stored(row)).bytes
  }

  /** The same with what its name or content says that it is. */
  async encoded(row: number): Promise<EncodedPicture> {
    const { bytes, path } = await this.#stored(row)
    const format = sniff(bytes.subarray(0, 18))?.toLowerCase().replace(/\W/g, '')
    const extension = path && isPictureName(path) ? extname(path).slice(1).toLowerCase() : (format ?? 'bin')
    return { bytes, extension: extension === 'jpeg' ? 'jpg' : extension }
  }

  async #stored(row: number): Promise<Stored> {
    const at = last(this.#starts, row)
    const file = this.#files[at] as ParquetFile
    const inFile = row - (this.#starts[at] as number)
    const number = last(file.starts, inFile)
    const group = file.metadata.row_groups[number] as RowGroup
    const inGroup = inFile - (file.starts[number] as number)
    const columns = this.#columns[at] as ParquetColumns
    try {
      const pages = await this.#pagesOf(`${at}/${number}`, file, group, columns.picture)
      const page = last(pages, inGroup)
      const from = pages[page] as number
      const to = pages[page + 1] ?? Number(group.num_rows)
      const block = this.#block(`${at}/${number}/${page}`, () => read(file, group, columns, from, to))
      return present((await block.pictures)[inGroup - from])
    } catch (error) {
      if (error instanceof PictureError) throw new PictureError(this.describe(row), error.reason)
      const why = (error as Error).message.replace(/\s+/g, ' ')
      throw new PictureError(
        this.describe(row),
        error instanceof NoPicture ? why : `it cannot be unpacked: ${why}`,
      )
    }
  }

  #pagesOf(key: string, file: ParquetFile, group: RowGroup, column: string): Promise<number[]> {
    const known = this.#pages.get(key)
    if (known) return known
    const pages = pagesOf(file, group, column)
    this.#pages.set(key, pages)
    pages.catch(() => this.#pages.delete(key))
    return pages
  }

  #block(key: string, task: () => Promise<(Stored | undefined)[]>): Block {
    const known = this.#blocks.get(key)
    if (known) {
      this.#blocks.delete(key)
      this.#blocks.set(key, known)
      return known
    }
    const pictures = this.#inTurn(task)
    const block: Block = { pictures, bytes: 0, done: false }
    this.#blocks.set(key, block)
    pictures.then(
      (all) => {
        block.done = true
        block.bytes = all.reduce((sum, one) => sum + (one?.bytes.length ?? 0), 0)
        this.#kept += block.bytes
        this.#forget()
      },
      () => this.#blocks.delete(key),
    )
    return block
  }

  /** Lets the longest unused parts go, as far as they are too many. */
  #forget(): void {
    for (const [key, { done, bytes }] of this.#blocks) {
      if (this.#kept <= MOST_KEPT) return
      if (!done) continue
      this.#blocks.delete(key)
      this.#kept -= bytes
    }
  }

  async #inTurn<T>(task: () => Promise<T>): Promise<T> {
    if (this.#reading >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#reading++
    try {
      return await task()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#reading--
    }
  }
}

class NoPicture extends Error {}

function present(stored: Stored | undefined): Stored {
  if (stored === undefined || stored.bytes.length === 0) throw new NoPicture('the row holds no picture')
  return stored
}

async function read(
  file: ParquetFile,
  group: RowGroup,
  { picture, stored }: ParquetColumns,
  from: number,
  to: number,
): Promise<(Stored | undefined)[]> {
  const size = group.columns.reduce(
    (sum, { meta_data: column }) =>
      column?.path_in_schema[0] === picture ? sum + Number(column.total_uncompressed_size) : sum,
    0,
  )
  // without an index of pages the whole group is in memory at once
  if (size > MOST_BYTES && to - from === Number(group.num_rows)) {
    throw new NoPicture('its group of rows takes more than 1 GiB; write the file again with 100 rows a group')
  }
  const values = await readColumn(file, group, picture, from, to)
  return values.map((value) => {
    const { bytes, path } = stored === 'struct' ? ((value ?? {}) as Partial<Stored>) : { bytes: value }
    return bytes instanceof Uint8Array ? { bytes, ...(typeof path === 'string' && { path }) } : undefined
  })
}

/** The last place in ascending `starts` that is at most `value`, of those with something in them. */
function last(starts: ArrayLike<number>, value: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] as number) <= value) low = middle
    else high = middle - 1
  }
  return low
}
