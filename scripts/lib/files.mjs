// Folders, lists and hashes of files: how every step decides that there is nothing to do.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { root } from './paths.mjs'

/** Files under a folder whose path passes the test, sorted, as absolute paths; none when there is no folder. */
export function filesUnder(folder, wanted) {
  if (!existsSync(folder)) return []
  const found = []
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) found.push(...filesUnder(path, wanted))
    else if (wanted(path)) found.push(path)
  }
  return found.sort()
}

/** What lies in a folder, by name; nothing when there is no folder. */
export function namesIn(folder) {
  return existsSync(folder) ? readdirSync(folder).sort() : []
}

/** One short hash over the names and contents of files and over any further text. */
export function hashOf(files, ...texts) {
  const hash = createHash('sha256')
  for (const file of files)
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0')
  for (const text of texts) hash.update(`${text}\0`)
  return hash.digest('hex').slice(0, 16)
}

/** The text of a file, or undefined when it cannot be read. */
export function textOf(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/** The object in a JSON file, or undefined when it is missing or damaged. */
export function jsonOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
