/** Folders that training wrote into a folder of pictures: what they hold is made from the pictures, and none of them. */
import { readFileSync, statSync } from 'node:fs'

/** What tells that a folder is one. */
export const RUN_RECORD = 'run.json'

/** Far above any such record. */
const MOST_BYTES = 2 ** 24

/** Whether a file of that name is ours, as other programs may have one. */
export function isRunRecord(path: string): boolean {
  try {
    if (statSync(path).size > MOST_BYTES) return false
    const { format, command, settings } = JSON.parse(readFileSync(path, 'utf8'))
    return typeof format === 'number' && Array.isArray(command) && typeof settings === 'object'
  } catch {
    return false
  }
}
