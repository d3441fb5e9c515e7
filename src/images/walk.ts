import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { isPictureName } from './formats.js'
import { sortedByBytes } from './order.js'

/** What lies in a folder. */
export interface Walk {
  /** picture files at any depth: paths relative to the folder, with '/', in byte order */
  files: string[]
  /** number of files that are no pictures by their name */
  others: number
  /** one clause for each kind of thing that was left out */
  notes: string[]
}

interface Place {
  /** path relative to the root, '' for the root itself */
  at: string
  /** the same place without links */
  real: string
}

/**
 * Lists the picture files of a folder. Hidden files are skipped. Links are followed where they stay inside the folder
 * and lead to something not listed yet, so that each picture is listed once and no circle of links is endless.
 * @throws the file system's error when the root itself cannot be listed
 */
export async function walk(root: string): Promise<Walk> {
  const top = await realpath(root)
  const base = top.endsWith(sep) ? top : top + sep
  const listed = new Set<string>()
  const files: string[] = []
  const left: Record<'outside' | 'broken' | 'closed', string[]> = { outside: [], broken: [], closed: [] }
  let others = 0

  // real folders first, so that what a link and a plain path both reach keeps its plain path
  const folders: Place[] = [{ at: '', real: top }]
  let links: Place[] = []
  const takeFile = (place: Place) => {
    if (!isPictureName(place.at)) others++
    else if (!listed.has(place.real)) {
      listed.add(place.real)
      files.push(place.at)
    }
  }
  const takeFolder = async (place: Place) => {
    if (listed.has(place.real)) return
    listed.add(place.real)
    let entries: Dirent[]
    try {
      entries = await readdir(place.real, { withFileTypes: true })
    } catch (error) {
      if (place.at === '') throw error
      left.closed.push(place.at)
      return
    }
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue
      const at = place.at ? `${place.at}/${entry.name}` : entry.name
      const inner = { at, real: join(place.real, entry.name) }
      if (entry.isDirectory()) folders.push(inner)
      else if (entry.isSymbolicLink()) links.push(inner)
      else if (entry.isFile()) takeFile(inner)
      else others++
    }
  }

  for (;;) {
    for (let next = folders.pop(); next; next = folders.pop()) await takeFolder(next)
    if (links.length === 0) break
    const byPath = new Map(links.map((link) => [link.at, link]))
    links = []
    for (const at of sortedByBytes(byPath.keys())) {
      const target = await follow(byPath.get(at)?.real ?? '')
      if (target === undefined) left.broken.push(at)
      else if (target.real !== top && !target.real.startsWith(base)) left.outside.push(at)
      else if (target.folder) await takeFolder({ at, real: target.real })
      else takeFile({ at, real: target.real })
    }
  }
  return { files: sortedByBytes(files), others, notes: notesOn(left) }
}

async function follow(link: string): Promise<{ real: string; folder: boolean } | undefined> {
  try {
    const real = await realpath(link)
    const found = await stat(real)
    return found.isDirectory() || found.isFile() ? { real, folder: found.isDirectory() } : undefined
  } catch {
    return undefined
  }
}

function notesOn(left: Record<'outside' | 'broken' | 'closed', string[]>): string[] {
  const note = (why: string, paths: string[]) => {
    const [first] = sortedByBytes(paths)
    const more = paths.length > 1 ? ` and ${paths.length - 1} more` : ''
    return first === undefined ? [] : [`left out because of ${why}: '${first}'${more}`]
  }
  return [
    ...note('a link out of the folder', left.outside),
    ...note('a link that leads nowhere', left.broken),
    ...note('a folder that cannot be opened', left.closed),
  ]
}
