/** Writing that survives a kill or a full disk: a file is either as it was or as it is meant to be. */
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { giveName } from '../durable.js'
import { makeFolder } from '../make-folder.js'
import { explainWriteError } from '../write-error.js'

/** What becomes the content of a file: all of it, or what writes it. */
export type Content = string | Uint8Array | ((file: number) => void)

/** Node refuses 2 GiB at once. */
const MOST_AT_ONCE = 2 ** 28
/** No write pauses for so long. */
const STALE_MS = 60 * 60_000

/** Replaces `path` at once, through a temporary file beside it. @throws SelfsameError when it cannot be written */
export function writeAtomically(path: string, content: Content): void {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    makeFolder(dirname(path))
    writeDurably(temporary, content)
    giveName(temporary, path)
  } catch (error) {
    removeQuietly(temporary)
    throw explainWriteError(error, path)
  }
  removeStale(path)
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

/**
 * Removes what killed processes left half written of the files whose names `ours` knows; no other process may write them. What
 * has this process's number is of an earlier one, as in containers: this one has nothing half written between two calls.
 */
export function removeLeftovers(folder: string, ours: RegExp): void {
  for (const { path, file } of temporariesIn(folder)) if (ours.test(file)) removeQuietly(path)
}

/** The same for one file that other processes may be writing now: only what was touched long before it. */
function removeStale(path: string): void {
  try {
    const stale = temporariesIn(dirname(path)).filter(({ file }) => file === basename(path))
    // by the clock of the disk, which all machines see
    const now = stale.length > 0 ? statSync(path).mtimeMs : 0
    for (const one of stale) if (now - statSync(one.path).mtimeMs > STALE_MS) removeQuietly(one.path)
  } catch {
    // the file itself is written
  }
}

/** Files of `writeAtomically` that have not got their names, and those names. */
function temporariesIn(folder: string): { path: string; file: string }[] {
  return namesIn(folder).flatMap((name) => {
    const [, file] = /^(.+)\.\d+\.tmp$/.exec(name) ?? []
    return file === undefined ? [] : [{ path: join(folder, name), file }]
  })
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
