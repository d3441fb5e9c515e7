/** How a command ends when it cannot do what was asked: one sentence, no stack trace, the right exit code. */
import { inspect } from 'node:util'
import { CommanderError } from 'commander'
import { SelfsameError, UsageError } from '../errors.js'
import { printable, printableLines, shown } from '../printable.js'
import { writeFault } from '../write-error.js'
import { endLine } from './progress.js'

export const MISUSE = 2
export const FAILURE = 1

/** Prints the sentence of an error and returns the exit code. */
export function report(error: unknown): number {
  endLine()
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSE
  if (process.env.SELFSAME_DEBUG) console.error(printableLines(inspect(error)))
  console.error(`selfsame: ${printable(sentence(error))}`)
  return error instanceof UsageError ? MISUSE : FAILURE
}

/** An error as its user is told of it. */
export function sentence(error: unknown): string {
  if (error instanceof SelfsameError) return error.message
  const fault = writeFault(error)
  if (fault) return fault
  const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : `${shown(error)} was thrown`
  return `${message} (this is a fault of ours; SELFSAME_DEBUG=1 shows where)`
}
