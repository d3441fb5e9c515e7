import { join } from 'node:path'
import type { Budget } from '../cache.js'
import { arrange } from '../names/arrange.js'
import { openFiles } from '../names/files.js'
import type { Data } from '../source.js'
import type { Walk } from './walk.js'

/**
 * Opens the picture files of a folder.
 * @param found the folder's files, at least one
 * @param budget memory that decoded pictures may take
 * @throws UsageError when not one of a sample of the files is a picture that can be read
 */
export function openFolder(root: string, { files, notes }: Walk, budget: Budget): Promise<Data> {
  const arranged = arrange(files)
  const where = { name: root, pathOf: (file: string) => join(root, file) }
  return openFiles({ ...where, ...arranged, notes: [...notes, ...arranged.notes] }, budget)
}
