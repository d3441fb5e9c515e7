/** Files of one JSON value a line, which grow while a run goes on. */
import { appendFileSync, closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import type { z } from 'zod'
import { explainWriteError } from '../write-error.js'
import { jsonOf } from './json.js'

/** Adds one line to a `.jsonl` file, on a line of its own even where a kill cut the one before it short. */
export function appendLine<T>(path: string, schema: z.ZodType<T>, value: T): void {
  const line = JSON.stringify(schema.encode(value))
  try {
    const file = openSync(path, 'a+')
    try {
      appendFileSync(file, `${endsCut(file) ? '\n' : ''}${line}\n`)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw explainWriteError(error, path)
  }
}

function endsCut(file: number): boolean {
  const { size } = fstatSync(file)
  const last = Buffer.alloc(1)
  return size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a
}

/** All lines of a `.jsonl` file that are as they should be; a line cut short by a kill, or damaged, is left out. */
export function readLines<T>(path: string, schema: z.ZodType<T>): T[] {
  return wholeLines(path).flatMap(({ value }) => checked(value, schema))
}

/** The value that a line means, or none where it is not as it should be. */
export function checked<T>(value: unknown, schema: z.ZodType<T>): T[] {
  const { success, data } = schema.safeParse(value)
  return success ? [data] : []
}

/** Those that are JSON: what was written after a cut line is still whole. */
export function wholeLines(path: string): { line: string; value: unknown }[] {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => ({ line, value: jsonOf(line) }))
    .filter(({ value }) => value !== undefined)
}
