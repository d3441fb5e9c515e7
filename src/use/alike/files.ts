/** The files that the rows of an index are of, where they are files of their own. */
import { lstatSync, realpathSync, statSync } from 'node:fs'
import { basename, join, resolve, sep } from 'node:path'
import type { IndexRecord, Row } from '../store/format.js'

export type FileRow = Pick<Row, 'path' | 'bytes' | 'modified'>

export interface Files {
  /** Path of a row's file; undefined where it is none, lies outside of its folder, is a link, or changed since. */
  find(row: FileRow): string | undefined
  /** Why there is none, in a clause. */
  why(row: FileRow): string | undefined
  /** The folders that were embedded, without links. */
  readonly folders: readonly string[]
}

/** Times are kept to the millisecond by some file systems, to two seconds by others; a row has what was read. */
const SAME_TIME = 1

export function filesOf({ data }: Pick<IndexRecord, 'data'>): Files {
  const folders = data.flatMap((spec) => {
    try {
      return statSync(spec).isDirectory() ? [{ name: basename(resolve(spec)), path: realpathSync(spec) }] : []
    } catch {
      return []
    }
  })
  const look = ({ path, bytes, modified }: FileRow): { file: string } | { why: string } => {
    const at = placeOf(path)
    if (!at) return { why: 'it is no file of a folder that was embedded' }
    try {
      const status = lstatSync(at.file)
      if (!status.isFile()) return { why: 'it is no plain file but a link or a folder' }
      // a folder on the way may be a link that leads out
      if (!realpathSync(at.file).startsWith(at.folder + sep))
        return { why: 'it lies outside of the folder that was embedded' }
      if (
        status.size !== bytes ||
        Math.abs(status.mtimeMs - (modified ?? Number.NaN)) > SAME_TIME ||
        modified === null
      )
        return { why: 'it changed since the index was made' }
      return { file: at.file }
    } catch {
      return { why: 'it is no longer there' }
    }
  }
  const placeOf = (path: string) => {
    const parts = path.split('/')
    if (parts.some((part) => part === '..' || part === '' || part.includes('\0'))) return undefined
    if (data.length === 1) {
      const [only] = folders
      return only && { folder: only.path, file: join(only.path, ...parts) }
    }
    const named = folders.filter(({ name }) => name === parts[0])
    const [own] = named
    return named.length === 1 && own
      ? { folder: own.path, file: join(own.path, ...parts.slice(1)) }
      : undefined
  }
  return {
    find: (row) => {
      const found = look(row)
      return 'file' in found ? found.file : undefined
    },
    why: (row) => {
      const found = look(row)
      return 'why' in found ? found.why : undefined
    },
    folders: folders.map(({ path }) => path),
  }
}
