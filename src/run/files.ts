/** Writing that survives a kill or a full disk: a file is either as it was or as it is meant to be. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { makeFolder } from '../make-folder.js'
import { explainWriteError } from '../write-error.js'

/** What becomes the content of a file: all of it, or what writes it. */
export type Content = string | Uint8Array | ((file: number) => void)

/** Node refuses 2 GiB at once. */
const MOST_AT_ONCE = 2 ** 28

/** Replaces `path` at once, through a temporary file beside it. @throws SelfsameError when it cannot be written */
export function writeAtomically(path: string, content: Content): void {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    makeFolder(dirname(path))
    writeDurably(temporary, content)
    renameSync(temporary, path)
    syncFolder(dirname(path))
  } catch (error) {
    removeQuietly(temporary)
    throw explainWriteError(error, path)
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // it could not be made either, and that error is the one to tell
  }
}

function writeDurably(path: string, content: Content): void {
  const file = openSync(path, 'w')
  try {
    if (typeof content === 'function') content(file)
    else writeFully(file, typeof content === 'string' ? Buffer.from(content) : content)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Writes all bytes, where the file stands or at `position`. */
export function writeFully(file: number, bytes: Uint8Array, position?: number): void {
  // a write may be partial, and on a nearly full disk it is
  for (let written = 0; written < bytes.length; ) {
    const length = Math.min(MOST_AT_ONCE, bytes.length - written)
    written += writeSync(file, bytes, written, length, position === undefined ? null : position + written)
  }
}

/** Without it a name may still be that of the old file after the power failed. */
function syncFolder(path: string): void {
  try {
    const folder = openSync(path, 'r')
    try {
      fsyncSync(folder)
    } finally {
      closeSync(folder)
    }
  } catch {
    // not every file system knows it
  }
}

/** Removes what killed processes left half written of the files whose names `ours` knows; nobody else may write them. */
export function removeLeftovers(folder: string, ours: RegExp): void {
  for (const name of namesIn(folder)) {
    const [, file = '', pid] = /^(.+)\.(\d+)\.tmp$/.exec(name) ?? []
    if (ours.test(file) && Number(pid) !== process.pid) removeQuietly(join(folder, name))
  }
}

/** The names of the files in a folder that may not be there; no folders, pipes and the like. */
export function namesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { withFileTypes: true })
  return entries.filter((entry) => entry.isFile() || entry.isSymbolicLink()).map(({ name }) => name)
}

/** Whether it is room that lacked. */
export function isFullDisk(error: unknown): boolean {
  const { code, cause } = error as { code?: unknown; cause?: unknown }
  return code === 'ENOSPC' || code === 'EDQUOT' || (cause !== undefined && isFullDisk(cause))
}
