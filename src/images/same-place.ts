import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { isNamedSet } from './sets/sets.js'

/** Whether two words name the same pictures: one set, or one file or folder, by whatever way it is reached. */
export function samePlace(one: string, other: string): boolean {
  if (isNamedSet(one) || isNamedSet(other)) return one === other
  return real(one) === real(other)
}

/** The path without links, or as it is where there is nothing. */
function real(path: string): string {
  try {
    return realpathSync.native(path)
  } catch {
    return resolve(path)
  }
}
