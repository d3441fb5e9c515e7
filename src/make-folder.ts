/** Making a folder that may need its parents, in a number of steps that ends. */
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it that are missing; one that is there is left as it is.
 *
 * In place of Node's recursive `mkdir`, which never ends where the system says ENOENT for a folder that is there (/proc,
 * autofs), hears no signal meanwhile, and elsewhere gives the error of its own later look at the path (ENOENT on a read-only
 * disk).
 * @throws the system's error of the folder that could not be made
 */
export function makeFolder(path: string): void {
  if (isFolder(path)) return
  const parent = dirname(path)
  if (parent !== path && !existsSync(parent)) makeFolder(parent)
  try {
    mkdirSync(path)
  } catch (error) {
    // another process may have made it meanwhile
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !isFolder(path)) throw error
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    // whatever it is, making it says it better
    return false
  }
}
