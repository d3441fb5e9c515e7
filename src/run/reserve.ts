/** Room for the end of a run, held by a file of zeros: another program's full disk must not take it. */
import { closeSync, fsyncSync, openSync, rmSync, statSync } from 'node:fs'
import { explainWriteError } from '../write-error.js'
import { writeFully } from './files.js'

const PIECE = 2 ** 24

/** Lets `path` have `bytes` bytes. @throws SelfsameError when there is no room for them */
export function keepReserve(path: string, bytes: number): void {
  if (statSync(path, { throwIfNoEntry: false })?.size === bytes) return
  try {
    const file = openSync(path, 'w')
    try {
      // blocks are only taken where something is written
      const zeros = Buffer.alloc(Math.min(PIECE, bytes))
      for (let at = 0; at < bytes; at += PIECE)
        writeFully(file, zeros.subarray(0, Math.min(PIECE, bytes - at)))
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    freeReserve(path)
    throw explainWriteError(error, path)
  }
}

export function freeReserve(path: string): void {
  rmSync(path, { force: true })
}
