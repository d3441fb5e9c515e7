/** How a command ends when it cannot do what was asked: one sentence, no stack trace, the right exit code. */
import { inspect } from 'node:util'
import { CommanderError } from 'commander'
import { UsageError } from '../errors.js'
import { printable, printableLines } from '../printable.js'
import { sentence } from '../sentence.js'
import { inOptions } from './option-words.js'
import { endLine } from './progress.js'

export const MISUSE = 2
export const FAILURE = 1

/** Prints the sentence of an error and returns the exit code. */
export function report(error: unknown): number {
  endLine()
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSE
  if (process.env.SELFSAME_DEBUG) console.error(printableLines(inspect(error)))
  console.error(`selfsame: ${printable(inOptions(sentence(error)))}`)
  return error instanceof UsageError ? MISUSE : FAILURE
}
