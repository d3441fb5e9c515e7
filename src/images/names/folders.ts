import type { Names } from './names.js'
import { isUnlabelled } from './split.js'

/** Sorted paths from one to before another, and how many folders at their beginning are not looked at. */
export interface Range {
  from: number
  to: number
  depth: number
  /** true where folders are no classes */
  bare?: boolean
}

/** A range of all that lies in one folder. */
export interface Folder extends Range {
  name: string
}

/** Names of folders, and the number of each path's folder, below 0 where that is no class. */
export interface Folders {
  names: string[]
  of: Int32Array
}

// more folders than this are no classes
const MOST_CLASSES = 100_000

/** How many paths ranges have. */
export function sizeOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from, 0)
}

/** The range without the folders that all of it lies in, as long as each path lies in a folder within these. */
export function lookThrough(files: Names, { from, to, depth, ...rest }: Range): Range {
  const parts = (index: number) => files.get(index).split('/')
  const [first = [], last = []] = from < to ? [parts(from), parts(to - 1)] : []
  // of sorted paths the first and the last have in common what all have
  let deep = depth
  while (deep < first.length - 1 && first[deep] === last[deep]) deep++
  for (let index = from; index < to && deep > depth; index++) deep = Math.min(deep, parts(index).length - 2)
  return { from, to, depth: Math.max(deep, depth), ...rest }
}

/** The folders of a range that `wanted` takes, and what lies elsewhere in it. */
export function topFolders(
  files: Names,
  { from, to, depth }: Range,
  wanted: (name: string) => boolean,
): { folders: Folder[]; others: number } {
  const folders: Folder[] = []
  let others = 0
  let last: string | undefined
  let folder: Folder | undefined
  for (let index = from; index < to; index++) {
    const name = folderOf(files.get(index), depth)
    if (name !== last || index === from) {
      last = name
      folder = undefined
      if (name !== undefined && wanted(name)) {
        folder = { name, from: index, to: index, depth: depth + 1 }
        folders.push(folder)
      }
    }
    if (folder) folder.to = index + 1
    else others++
  }
  return { folders, others }
}

/** The folders that paths lie in; nothing where one lies in none, or no folder is a class. */
export function foldersIn(files: Names, ranges: readonly Range[]): Folders | undefined {
  const names: string[] = []
  const of = new Int32Array(sizeOf(ranges)).fill(-1)
  let at = 0
  for (const { from, to, depth, bare } of ranges) {
    let last: string | undefined
    let number = -1
    for (let index = from; index < to; index++, at++) {
      if (bare) continue
      const folder = folderOf(files.get(index), depth)
      if (folder === undefined || names.length > MOST_CLASSES) return undefined
      if (folder !== last) number = isUnlabelled(folder) ? -1 : names.push(folder.normalize('NFC')) - 1
      last = folder
      of[at] = number
    }
  }
  return names.length > 0 ? { names, of } : undefined
}

function folderOf(file: string, depth: number): string | undefined {
  let begin = 0
  for (let skipped = 0; skipped < depth; skipped++) begin = file.indexOf('/', begin) + 1
  const end = file.indexOf('/', begin)
  return end === -1 ? undefined : file.slice(begin, end)
}
