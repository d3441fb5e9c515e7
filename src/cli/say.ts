/** What a verb has to say at its end, on standard output. */
import { fstatSync, writeSync } from 'node:fs'
import { printableLines } from '../printable.js'
import { explainWriteError } from '../write-error.js'

/**
 * Prints lines, of text or JSON, with whatever names hold made harmless.
 * @throws SelfsameError when they go into a file that cannot take all of them
 */
export function say(text: string): void {
  const lines = `${printableLines(text)}\n`
  const { fd = 1 } = process.stdout as { fd?: number }
  if (!isFile(fd)) {
    process.stdout.write(lines)
    return
  }
  // Node writes once, and passes over what a nearly full disk did not take
  const bytes = Buffer.from(lines)
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written)
  } catch (error) {
    throw explainWriteError(error, 'the output')
  }
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile()
  } catch {
    return false
  }
}
