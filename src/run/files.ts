/** Writing that survives a kill or a full disk: a file is either as it was or as it is meant to be. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolder } from '../make-folder.js'
import { explainWriteError } from '../write-error.js'

/** Replaces `path` at once, through a temporary file beside it. @throws SelfsameError when it cannot be written */
export function writeAtomically(path: string, data: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    makeFolder(dirname(path))
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
