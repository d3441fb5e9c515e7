/** Copies moved out of the way, never deleted, with a log that moves them back. */
import { createHash, randomUUID } from 'node:crypto'
import {
  closeSync,
  constants,
  copyFileSync,
  createReadStream,
  existsSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { syncFolder } from '../../durable.js'
import { UsageError } from '../../errors.js'
import { makeFolder } from '../../make-folder.js'
import { printable } from '../../printable.js'
import { setting } from '../../setting.js'
import { explainWriteError } from '../../write-error.js'
import type { PictureIndex } from '../store/index-reader.js'
import type { DuplicateGroup, DuplicateLevel } from './duplicates.js'
import { fileOf } from './files.js'
import { liesIn } from './keep.js'

/** Name of the log in the folder of one clearing. */
export const UNDO_LOG = 'undo.jsonl'
/** Levels whose members are copies. */
const COPIES: readonly DuplicateLevel[] = ['file', 'pixels', 'near']

export interface TrashOptions {
  /** What is moved at most: the same files, also those of the same pixels, also near copies. */
  level: 'file' | 'pixels' | 'near'
  /** Folders, by name or path, out of which nothing is moved. */
  protect?: readonly string[]
  /** Ends it between two moves. */
  signal?: AbortSignal | undefined
  told?: (done: number, total: number) => void
}

export interface Trashed {
  /** The log that moves all back; undefined where nothing was moved. */
  log?: string
  moved: { path: string; kept: string; bytes: number }[]
  /** What was left where it is, and why. */
  left: { path: string; reason: string }[]
}

/** What would be moved: each copy once, with the one that it was compared with. */
export function planned(
  groups: readonly DuplicateGroup[],
  { level, protect = [] }: Pick<TrashOptions, 'level' | 'protect'>,
): { row: number; path: string; kept: { row: number; path: string } }[] {
  const levels = COPIES.slice(0, COPIES.indexOf(level) + 1)
  const seen = new Set<number>()
  return groups
    .filter((group) => levels.includes(group.level))
    .flatMap(({ kept, members }) =>
      members.flatMap(({ row, path }) => {
        if (seen.has(row) || protect.some((folder) => liesIn(path, folder))) return []
        seen.add(row)
        return [{ row, path, kept }]
      }),
    )
}

/**
 * Moves copies into a new folder in `trash`, under their own paths. Before each move a line of the log is on the disk, so whatever ends
 * it, `undo` finds all. What changed since the index was made, lies outside of its folders or behind a link, or whose kept copy is gone
 * is left where it is.
 * @throws UsageError where `trash` lies in a folder that was embedded
 */
export async function trashCopies(
  index: PictureIndex,
  groups: readonly DuplicateGroup[],
  trash: string,
  options: TrashOptions,
): Promise<Trashed> {
  const plan = planned(groups, options)
  const result: Trashed = { moved: [], left: [] }
  refuseInside(index, trash)
  let log: { file: number; folder: string } | undefined
  try {
    for (const [done, { row, path, kept }] of plan.entries()) {
      // what was moved is to be told of
      if (options.signal?.aborted) break
      options.told?.(done, plan.length)
      const [own, its] = await index.rows([row, kept.row], ['path', 'bytes', 'modified', 'digest'])
      if (!own || !its) continue
      const [place, keeper] = [fileOf(index, own), fileOf(index, its)]
      if ('why' in place) result.left.push({ path, reason: place.why })
      // one that was itself moved a moment ago is in the trash, and what it was moved for is there
      else if ('why' in keeper && !result.moved.some((one) => one.path === kept.path))
        result.left.push({ path, reason: `of ${printable(kept.path)}, which is to be kept, ${keeper.why}` })
      else if ((await digestOf(place.file)) !== own.digest)
        result.left.push({ path, reason: 'it changed since the index was made' })
      else {
        log ??= begin(trash)
        const to = join(String(place.set + 1), place.inner)
        append(log.file, { from: place.file, to, digest: own.digest, kept: kept.path })
        await move(place.file, join(log.folder, to), own.digest)
        result.moved.push({ path, kept: kept.path, bytes: own.bytes ?? 0 })
      }
    }
  } finally {
    if (log) {
      closeSync(log.file)
      result.log = join(log.folder, UNDO_LOG)
    }
  }
  return result
}

function refuseInside({ record: { data } }: PictureIndex, trash: string): void {
  const at = realOf(trash)
  for (const spec of data) {
    if (!existsSync(spec)) continue
    const folder = realpathSync(spec)
    if (at === folder || at.startsWith(folder + sep))
      throw new UsageError(
        `${setting('trash')} ${printable(trash)} lies in ${printable(spec)}, where the next index would find its pictures again; give a folder outside of it`,
      )
  }
}

/** A path without links, of one that need not be there yet. */
function realOf(path: string): string {
  const at = resolve(path)
  if (existsSync(at)) return realpathSync(at)
  const parent = dirname(at)
  return parent === at ? at : join(realOf(parent), at.slice(parent.length))
}

function begin(trash: string): { file: number; folder: string } {
  const now = new Date().toISOString().slice(0, 19).replaceAll(':', '-')
  const folder = join(resolve(trash), `${now}-${randomUUID().slice(0, 8)}`)
  try {
    makeFolder(folder)
    const file = openSync(join(folder, UNDO_LOG), 'ax')
    syncFolder(folder)
    return { file, folder }
  } catch (error) {
    throw explainWriteError(error, trash)
  }
}

function append(file: number, line: object): void {
  try {
    writeSync(file, `${JSON.stringify(line)}\n`)
    fsyncSync(file)
  } catch (error) {
    throw explainWriteError(error, `the log ${UNDO_LOG}`)
  }
}

/** Gives a file another place; on another disk it is copied, compared and only then taken away. Nothing is ever written over. */
export async function move(from: string, to: string, digest: string): Promise<void> {
  try {
    makeFolder(dirname(to))
    if (existsSync(to)) throw Object.assign(new Error('it is there'), { code: 'EEXIST' })
    try {
      renameSync(from, to)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
      copyFileSync(from, to, constants.COPYFILE_EXCL)
      const copied = openSync(to, 'r')
      fsyncSync(copied)
      closeSync(copied)
      if ((await digestOf(to)) !== digest) {
        rmSync(to)
        throw Object.assign(new Error('the copy differs'), { code: 'EIO' })
      }
      rmSync(from)
    }
    syncFolder(dirname(to))
    syncFolder(dirname(from))
  } catch (error) {
    throw explainWriteError(error, to, { otherwise: 'nothing of it is lost' })
  }
}

/** SHA-256 in hex; undefined where there is no such file. */
export async function digestOf(path: string): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path), hash)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  return hash.digest('hex')
}
