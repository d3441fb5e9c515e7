import { basename, dirname, join, resolve } from 'node:path'
import type { Budget } from '../cache.js'
import { isPictureName } from '../decode/formats.js'
import type { Known } from '../decode/typical.js'
import type { Side } from '../names/arrange.js'
import { openFiles } from '../names/files.js'
import { sortedByBytes } from '../names/order.js'
import { isSplit, neitherNote, partOf } from '../names/split.js'
import type { Data } from '../source.js'
import { openStored, type StoredPictures } from '../stored-pictures.js'
import { Rows } from './manifest-rows.js'
import { type ParquetColumns, parquetColumns } from './parquet-columns.js'
import { checkCodecs, damaged, openParquet, type ParquetFile, readColumn } from './parquet-file.js'
import { ParquetPictures } from './parquet-pictures.js'

/** As named in messages. */
export const PARQUET = 'a Parquet file of paths or pictures (.parquet)'

// rows whose text is in memory at once
const ROWS_AT_ONCE = 262_144

export function isParquetName(name: string): boolean {
  return /\.parquet$/i.test(name) && !name.startsWith('.')
}

/** True for a folder of Parquet files without pictures beside them, as Hugging Face's data sets are stored. */
export function isParquetFolder(names: readonly string[]): boolean {
  return names.some(isParquetName) && !names.some(isPictureName)
}

/** The Parquet files of a folder, in byte order. */
export function parquetsIn(folder: string, names: readonly string[]): string[] {
  return sortedByBytes(names.filter(isParquetName)).map((name) => join(folder, name))
}

/**
 * Opens the pictures of Parquet files: their paths, as in other manifests, or the pictures themselves, as Hugging Face
 * stores them. A split is told by a column or, failing that, by the files' names.
 * @param name for messages
 * @param paths at least one, in order
 * @throws UsageError when they list no pictures, SelfsameError when a file is damaged
 */
export async function openParquets(name: string, paths: readonly string[], budget: Budget): Promise<Data> {
  const files: ParquetFile[] = []
  for (const path of paths) files.push(await openParquet(path))
  const columns = files.map(parquetColumns)
  const parts = paths.map((path) => partOf(basename(path)))
  const byName = isSplit(parts, !parts.includes(undefined))
  // a file beside those of a split, which no column says more of
  const isNeither = (at: number) => byName && parts[at] === undefined && !columns[at]?.split
  const neither = paths.filter((_, at) => isNeither(at)).map((path) => basename(path))
  const elsewhere = columns.every(({ stored }) => stored === 'path')
  const rows = new Rows(name, 'row')
  let row = 0
  for (const [at, file] of files.entries()) {
    const found = columns[at] as ParquetColumns
    // pictures that are stored here go by the number of their row
    const number = elsewhere ? undefined : row
    if (!isNeither(at)) await readRows(file, found, number, byName ? parts[at] : undefined, rows)
    row += file.rows
  }
  const { classes, ...sides } = rows.arrange()
  const notes = [...sides.notes, ...neitherNote(neither)]
  const named = classes?.map((text) => columns[0]?.classes?.[Number(text)] ?? text)
  const arranged = { ...sides, notes, ...(named && { classes: named }) }
  if (elsewhere) {
    const folder = dirname(paths[0] as string)
    return openFiles({ name, pathOf: (file) => resolve(folder, file), ...arranged }, budget)
  }
  const pictures = new ParquetPictures(files, columns)
  const open = (side: Side, known: Known) => openStored(stored(name, pictures, side, named), known, budget)
  const train = await open(arranged.train, {})
  const { channels, maximum } = train
  return {
    train,
    ...(arranged.test && { test: await open(arranged.test, { channels, maximum }) }),
    ...(notes.length > 0 && { notes }),
  }
}

/** Adds the rows of a file. @param first number of its first row, where pictures go by number */
async function readRows(
  file: ParquetFile,
  { picture, label, split, classes }: ParquetColumns,
  first: number | undefined,
  part: string | undefined,
  rows: Rows,
): Promise<void> {
  const needed = [
    ...(first === undefined ? [picture] : []),
    ...(label ? [label] : []),
    ...(split ? [split] : []),
  ]
  checkCodecs(file, [picture, ...needed])
  for (const [at, group] of file.metadata.row_groups.entries()) {
    const count = Number(group.num_rows)
    const start = file.starts[at] as number
    for (let from = 0; from < count; from += ROWS_AT_ONCE) {
      const to = Math.min(from + ROWS_AT_ONCE, count)
      const values: Record<string, ArrayLike<unknown>> = {}
      try {
        for (const column of needed) values[column] = await readColumn(file, group, column, from, to)
      } catch (error) {
        throw damaged(file.path, (error as Error).message)
      }
      for (let i = 0; i < to - from; i++) {
        const row = start + from + i
        const text = (column: string | undefined) => textOf(values[column ?? '']?.[i])
        const known = text(label)
        rows.add(
          {
            path: first === undefined ? (text(picture) ?? '') : String(first + row),
            // of numbers that stand for named classes, those below 0 stand for none
            label: classes && known?.startsWith('-') ? undefined : known,
            split: split ? (text(split) ?? '') : part,
          },
          row + 1,
        )
      }
    }
  }
}

function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined
  return value instanceof Uint8Array ? Buffer.from(value).toString() : String(value)
}

function stored(
  name: string,
  pictures: ParquetPictures,
  { files, labels }: Side,
  classes: readonly string[] | undefined,
): StoredPictures {
  const rowOf = (index: number) => Number(files.get(index))
  return {
    name,
    size: files.length,
    ...(labels && classes && { labels, classes }),
    describe: (index) => pictures.describe(rowOf(index)),
    content: (index) => pictures.bytes(rowOf(index)),
    encoded: (index) => pictures.encoded(rowOf(index)),
  }
}
