// Making a folder that may need its parents, in a number of steps that ends.
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

export function makeFolder(path) {
  if (isFolder(path)) return
  const parent = dirname(path)
  if (parent !== path && !existsSync(parent)) makeFolder(parent)
  try {
    mkdirSync(path)
  } catch (error) {
    // another process may have made it meanwhile
    if (error.code !== 'EEXIST' || !isFolder(path)) throw error
  }
}

function isFolder(path) {
  try {
    return statSync(path).isDirectory()
  } catch {
    // whatever it is, making it says it better
    return false
  }
}
