/** Paths of an index back to files. */
import { statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { isNamedSet } from '../../images/index.js'
import type { IndexRecord } from './format.js'

/**
 * What stands before the paths of each set: nothing where there is one, else its name and a slash; its whole word where two have
 * one name.
 */
export function prefixesOf(data: readonly string[]): string[] {
  if (data.length < 2) return data.map(() => '')
  const names = data.map((spec) => (isNamedSet(spec) ? spec : basename(resolve(spec))))
  return names.map((name, i) => `${names.indexOf(name) === names.lastIndexOf(name) ? name : data[i]}/`)
}

/** Gives where the file of a picture is; undefined where it is none by its own. */
export function filesOf({ data }: Pick<IndexRecord, 'data'>): (path: string) => string | undefined {
  const prefixes = prefixesOf(data)
  const folders = data.map((spec) => (isNamedSet(spec) ? undefined : folderOf(spec)))
  const inFolder = folders.map((folder, i) => folder === data[i])
  return (path) => {
    const set = prefixes.findIndex((prefix) => path.startsWith(prefix))
    const folder = folders[set]
    if (folder === undefined) return undefined
    const inner = path.slice((prefixes[set] as string).length)
    const file = isAbsolute(inner) ? inner : join(folder, inner)
    // a path of a stranger's index may lead anywhere
    if (inFolder[set] && relative(folder, file).startsWith('..')) return undefined
    return statSync(file, { throwIfNoEntry: false })?.isFile() ? file : undefined
  }
}

/** The folder, or that of a manifest, whose paths are relative to it. */
function folderOf(spec: string): string | undefined {
  const found = statSync(spec, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  return found.isDirectory() ? spec : dirname(spec)
}
