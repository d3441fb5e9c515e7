/** Writing that survives a kill or a full disk: a file is either as it was or as it is meant to be. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { SelfsameError } from '../errors.js'

/** Replaces `path` at once, through a temporary file beside it. @throws SelfsameError when it cannot be written */
export function writeAtomically(path: string, data: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeDurably(temporary, typeof data === 'string' ? Buffer.from(data) : data)
    renameSync(temporary, path)
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

function writeDurably(path: string, data: Uint8Array): void {
  const file = openSync(path, 'w')
  try {
    // a write may be partial, and on a nearly full disk it is
    for (let written = 0; written < data.length; ) written += writeSync(file, data, written)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** The user's sentence for a failed write. */
export function explainWriteError(error: unknown, path: string): Error {
  const code = (error as NodeJS.ErrnoException).code
  const reason = REASONS[code ?? '']
  if (!reason) return error instanceof Error ? error : new Error(String(error))
  return new SelfsameError(`${path} could not be written: ${reason}`)
}

const REASONS: Record<string, string> = {
  ENOSPC: 'the disk is full; free some space, what was saved before is intact',
  EDQUOT: 'your disk quota is used up; free some space, what was saved before is intact',
  EACCES: 'you may not write there; choose another folder with --run',
  EPERM: 'you may not write there; choose another folder with --run',
  EROFS: 'the file system is read-only; choose another folder with --run',
  ENOTDIR: 'a part of the path is a file, not a folder; choose another folder with --run',
  EISDIR: 'a folder is in the way; choose another folder with --run',
  EEXIST: 'a file is in the way; choose another folder with --run',
}
