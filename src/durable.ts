/** Names that outlast a power cut: what has one is whole, whoever wrote it. */
import { closeSync, fsyncSync, openSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'

/** Gives a file, or a folder, its name in one step and for good. What it holds has been synced. @throws the file system's error */
export function giveName(from: string, to: string): void {
  renameSync(from, to)
  syncFolder(dirname(to))
}

/** Without it a name in the folder may be that of the old file, or be missing, after the power failed. */
export function syncFolder(path: string): void {
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
