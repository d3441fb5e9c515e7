/** The files that the rows of an index are of, where nothing stands in the way of taking them for what the index says. */
import { lstatSync, realpathSync } from 'node:fs'
import { relative, resolve, sep } from 'node:path'
import type { Row } from '../store/format.js'
import type { PictureIndex } from '../store/index-reader.js'

export type FileRow = Pick<Row, 'path' | 'bytes' | 'modified'>

/** A plain file, which of the folders that were embedded it is in, and its path there; or why there is none, in a clause. */
export type Found = { file: string; set: number; inner: string } | { why: string }

/** Of times in ms: some file systems keep less of them. */
const SAME_TIME = 1

/** Looks for the file of a row: one that is a link, lies behind one, or changed since the index was made is none. */
export function fileOf({ record, fileOf }: PictureIndex, { path, bytes, modified }: FileRow): Found {
  const at = fileOf(path)
  if (at === undefined) return { why: 'it is no file of its own, or no longer there' }
  try {
    const status = lstatSync(at)
    if (!status.isFile()) return { why: 'it is a link' }
    const set = record.data.findIndex((spec) => resolve(at).startsWith(resolve(spec) + sep))
    const folder = record.data[set]
    if (folder === undefined) return { why: 'it lies outside of the folders that were embedded' }
    const inner = relative(resolve(folder), resolve(at))
    const file = resolve(realpathSync(folder), inner)
    // a folder on the way may be a link that leads elsewhere
    if (realpathSync(at) !== file) return { why: 'it lies behind a link' }
    if (status.size !== bytes || modified === null || Math.abs(status.mtimeMs - modified) > SAME_TIME)
      return { why: 'it changed since the index was made' }
    return { file, set, inner }
  } catch {
    return { why: 'it is no longer there' }
  }
}
