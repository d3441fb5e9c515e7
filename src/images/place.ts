import { opendir, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { nearest, suggestion, UsageError } from '../errors.js'
import type { Budget } from './cache.js'
import { isPassedOver } from './names/foreign.js'
import { namedSets } from './sets/sets.js'
import type { Data } from './source.js'

/** How data is opened. */
export interface OpenOptions {
  /** memory for decoded pictures, in bytes; by default the process's quarter of free memory, which all sets share */
  cacheBytes?: number
  /** links in a folder are followed also where they lead out of it; no unless told */
  followLinks?: boolean | undefined
  /** a set that is named and not on this machine may be downloaded; true unless told, and never where SELFSAME_OFFLINE is set */
  download?: boolean
  /** told while a set is downloaded or an archive is listed: what is done, and how much of it */
  progress?: (text: string, done: number, total: number) => void
}

/** What lies at a path. */
export interface Place {
  readonly path: string
  readonly kind: 'file' | 'folder'
  /** of a folder: names in it that are not passed over, in no order and at most `MOST_NAMES`, as a folder may have a million */
  readonly names: readonly string[]
}

/** One way to open data. */
export interface Opener {
  /** the files that it takes, as named in messages: 'a tar (.tar)' */
  readonly files?: string
  /** true where a file of the kind may lie in a folder of pictures for another reason: folders of pictures beside it come first */
  readonly stray?: true
  /** true where a place is of its kind, judged by names alone */
  fits(place: Place): boolean
  /** @throws UsageError when something is missing, SelfsameError when something is damaged */
  open(place: Place, options: OpenOptions, budget: Budget): Promise<Data>
}

/** Names of a folder that openers get to see. */
export const MOST_NAMES = 10_000

/** Looks at a path. @throws UsageError when there is nothing, or it cannot be opened */
export async function placeAt(path: string): Promise<Place> {
  try {
    if (!(await stat(path)).isDirectory()) return { path, kind: 'file', names: [] }
    return { path, kind: 'folder', names: await list(path) }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new UsageError(await missing(path))
    throw new UsageError(`'${path}' cannot be opened (${code}); make it readable or give another`)
  }
}

/** The same where nothing need be there. */
export function placeIfAny(path: string): Promise<Place | undefined> {
  return placeAt(path).catch(() => undefined)
}

/** All names in a folder but hidden ones and those of what other programs keep there, such as '._train.npy'. */
export async function namesIn(path: string): Promise<string[]> {
  return (await readdir(path)).filter((name) => !isPassedOver(name))
}

/** The same, the first `MOST_NAMES`. */
async function list(path: string): Promise<string[]> {
  const names: string[] = []
  for await (const { name } of await opendir(path, { bufferSize: 1024 })) {
    if (!isPassedOver(name) && names.push(name) === MOST_NAMES) break
  }
  return names
}

async function missing(path: string): Promise<string> {
  const sets = Object.keys(namedSets())
  if (path === '')
    return `the name of the data is empty; give a folder of pictures or one of ${sets.join(', ')}`
  const parent = dirname(path)
  const near = nearest(basename(path), await list(parent).catch(() => []))
  const isPath = /[/\\]|^[.~]/.test(path)
  if (isPath)
    return `there is no file or folder '${path}'; ${near ? `did you mean '${join(parent, near)}'?` : 'check the path'}`
  if (near && !nearest(path, sets))
    return `there is no data set, file or folder '${path}'; did you mean './${near}'?`
  return `there is no data set, file or folder '${path}'; ${suggestion(path, sets)}`
}
