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
import { damaged, openParquet, type ParquetFile, readColumn } from './parquet-file.js'
import { ParquetPictures, type Place } from './parquet-pictures.js'

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
  const parts = paths.map((path) => partOf(basename(path)))
  const byName = isSplit(parts, !parts.includes(undefined))
  // a file beside those of a split, which no column says more of
  const neither = files.filter((_, at) => byName && parts[at] === undefined && !files[at]?.columns.split)
  const elsewhere = files.every(({ columns }) => columns.stored === 'path')
  const rows = new Rows(name, 'row')
  for (const [at, file] of files.entries()) {
    const part = byName ? parts[at] : undefined
    if (!neither.includes(file)) await readRows(file, elsewhere ? undefined : at, part, rows)
  }
  const { classes, ...sides } = rows.arrange()
  const notes = [...sides.notes, ...neitherNote(neither.map(({ path }) => basename(path)))]
  const named = classes?.map((text) => files[0]?.columns.classes?.[Number(text)] ?? text)
  const arranged = { ...sides, notes, ...(named && { classes: named }) }
  if (elsewhere) {
    const folder = dirname(paths[0] as string)
    return openFiles({ name, pathOf: (file) => resolve(folder, file), ...arranged }, budget)
  }
  const pictures = new ParquetPictures(files)
  const open = (side: Side, known: Known) => openStored(stored(name, pictures, side, named), known, budget)
  const train = await open(arranged.train, {})
  const { channels, maximum } = train
  return {
    train,
    ...(arranged.test && { test: await open(arranged.test, { channels, maximum }) }),
    ...(notes.length > 0 && { notes }),
  }
}

/** Adds the rows of a file. @param at number of the file, where its pictures go by the places of their rows */
async function readRows(
  file: ParquetFile,
  at: number | undefined,
  part: string | undefined,
  rows: Rows,
): Promise<void> {
  const { picture, label, split, classes } = file.columns
  const needed = [...(at === undefined ? [picture] : []), label, split].filter((name) => name !== undefined)
  let inFile = 0
  for (const [number, group] of file.metadata.row_groups.entries()) {
    const count = Number(group.num_rows)
    for (let from = 0; from < count; from += ROWS_AT_ONCE) {
      const to = Math.min(from + ROWS_AT_ONCE, count)
      const values: Record<string, ArrayLike<unknown>> = {}
      try {
        for (const column of needed) values[column] = await readColumn(file, group, column, from, to)
      } catch (error) {
        throw damaged(file.path, error)
      }
      for (let i = 0; i < to - from; i++, inFile++) {
        const text = (column: string | undefined) => textOf(values[column ?? '']?.[i])
        const known = text(label)
        const place: Place | undefined = at === undefined ? undefined : [at, number, from + i, inFile]
        rows.add(
          {
            path: place?.join(' ') ?? text(picture) ?? '',
            // of numbers that stand for named classes, those below 0 stand for none
            label: classes && known?.startsWith('-') ? undefined : known,
            split: split ? (text(split) ?? '') : part,
          },
          inFile + 1,
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
  const placeOf = (index: number) => files.get(index).split(' ').map(Number) as unknown as Place
  return {
    name,
    size: files.length,
    ...(labels && classes && { labels, classes }),
    describe: (index) => pictures.describe(placeOf(index)),
    content: (index) => pictures.bytes(placeOf(index)),
    encoded: (index) => pictures.encoded(placeOf(index)),
  }
}
