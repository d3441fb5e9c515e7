import type { Dirent } from 'node:fs'
import { opendir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { setting } from '../../setting.js'
import { isPictureName } from '../decode/formats.js'
import { FOREIGN_WHY, isForeign, isForeignPath } from '../names/foreign.js'
import { NameList, type Names } from '../names/names.js'
import type { OpenOptions } from '../place.js'
import { Reached } from './reached.js'
import { isRunRecord, RUN_RECORD } from './runs.js'

/** What lies in a folder. */
export interface Walk {
  /** picture files at any depth: paths relative to the folder, with '/', in byte order */
  files: Names
  /** number of files that are no pictures by their name */
  others: number
  /** one clause for each kind of thing that was left out */
  notes: string[]
}

/** Names that one call to the system brings. */
const AT_ONCE = 1024

/**
 * Lists the picture files of a folder. Hidden files are skipped, and so is what other programs keep there, which is
 * counted, and the folders of runs, which training writes. Links are followed where they lead to something not listed yet, so that each picture is listed once and no
 * circle of links is endless. What is kept for a file is its name alone.
 * @param followLinks whether links are followed out of the folder, too
 * @throws the file system's error when the root itself cannot be listed
 */
export async function walk(
  root: string,
  { followLinks = false }: Pick<OpenOptions, 'followLinks'> = {},
): Promise<Walk> {
  const top = await realpath(root)
  const base = top.endsWith(sep) ? top : top + sep
  const reached = new Reached()
  const files = new NameList()
  const left = {
    foreign: new Left(),
    outside: new Left(),
    twice: new Left(),
    broken: new Left(),
    closed: new Left(),
    runs: new Left(),
  }
  const runs: string[] = []
  let links = new NameList()
  let others = 0

  const takeFolder = async (first: string, realFirst: string) => {
    // paths from the first folder on, so that a million folders need no object each
    const folders = NameList.of([''])
    const takeEntry = (entry: Dirent, real: string, inner: string, path: string, inForeign: boolean) => {
      const foreign = inForeign || isForeign(entry.name)
      if (entry.name.startsWith('.') && !foreign) return
      const at = path ? `${path}/${entry.name}` : entry.name
      if (entry.isDirectory()) folders.push(inner ? `${inner}/${entry.name}` : entry.name)
      else if (foreign) {
        if (entry.isFile() && isPictureName(entry.name)) left.foreign.add(at)
      } else if (entry.isSymbolicLink()) links.push(at)
      else if (!entry.isFile() || !isPictureName(at)) {
        others++
        if (entry.name === RUN_RECORD && path && isRunRecord(join(real, entry.name))) runs.push(`${path}/`)
      } else if (reached.file(() => join(real, entry.name))) left.twice.add(at)
      else files.push(at)
    }
    for (let next = 0; next < folders.length; next++) {
      const inner = folders.get(next)
      const real = join(realFirst, inner)
      // another link may have led to a folder within this one
      if (next > 0 && reached.folder(real)) continue
      const path = [first, inner].filter(Boolean).join('/')
      const foreign = isForeignPath(path)
      try {
        for await (const entry of await opendir(real, { bufferSize: AT_ONCE })) {
          takeEntry(entry, real, inner, path, foreign)
        }
      } catch (error) {
        if (path === '' || !(error as NodeJS.ErrnoException).code) throw error
        reached.close(real)
        if (!foreign) left.closed.add(path)
      }
    }
    reached.addTree(realFirst)
  }

  // real folders first, so that what a link and a plain path both reach keeps its plain path
  await takeFolder('', top)
  while (links.length > 0) {
    const now = links.sort()
    links = new NameList()
    for (let index = 0; index < now.length; index++) {
      const at = now.get(index)
      const target = await follow(join(top, at))
      if (target === undefined) left.broken.add(at)
      else if (!followLinks && target.real !== top && !target.real.startsWith(base)) left.outside.add(at)
      else if (target.folder) {
        if (reached.folder(target.real)) left.twice.add(at)
        else await takeFolder(at, target.real)
      } else if (!isPictureName(at)) others++
      else if (reached.addLinked(target.real)) files.push(at)
      else left.twice.add(at)
    }
  }
  // names come in no order, so that what lies in a run is known only now
  const inNoRun = runs.length === 0 ? files : new NameList()
  for (let index = 0; index < files.length && inNoRun !== files; index++) {
    const file = files.get(index)
    if (runs.some((run) => file.startsWith(run))) left.runs.add(file)
    else inNoRun.push(file)
  }
  return { files: inNoRun.sort(), others, notes: notesOn(left) }
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

/** How many paths were left out for one reason, and the first of them. */
class Left {
  count = 0
  first = ''

  add(path: string): void {
    if (this.count++ === 0 || Buffer.compare(Buffer.from(path), Buffer.from(this.first)) < 0)
      this.first = path
  }
}

function notesOn(
  left: Record<'foreign' | 'outside' | 'twice' | 'broken' | 'closed' | 'runs', Left>,
): string[] {
  const note = ({ count, first }: Left, why: string, remedy = '') => {
    const more = count > 1 ? ` and ${count - 1} more` : ''
    return count === 0 ? [] : [`left out because of ${why}: '${first}'${more}${remedy}`]
  }
  return [
    ...note(left.foreign, FOREIGN_WHY),
    ...note(left.outside, 'a link out of the folder', ` (${setting('followLinks')} follows such links)`),
    ...note(left.twice, 'a link to what is listed already'),
    ...note(left.broken, 'a link that leads nowhere'),
    ...note(left.closed, 'a folder that cannot be opened'),
    ...note(left.runs, 'a run that was written there'),
  ]
}
