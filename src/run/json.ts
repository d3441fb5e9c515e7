/** JSON files and what they must look like; sealed ones carry a digest, so that a changed one is noticed. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import { SelfsameError } from '../errors.js'
import { writeAtomically } from './files.js'
import { snake } from './keys.js'

export function writeJson(path: string, value: unknown): void {
  writeAtomically(path, `${JSON.stringify(value, null, 2)}\n`)
}

/** @throws SelfsameError when the file is not JSON */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new SelfsameError(
      `${path} cannot be read (${(error as Error).message.split('\n')[0]}): it is damaged or missing, so put it back as it was, or begin another run`,
    )
  }
}

/** Writes an object with a digest of its content. */
export function writeSealed<T>(path: string, schema: z.ZodType<T>, value: T): void {
  const content = schema.encode(value) as object
  writeJson(path, { ...content, digest: digestOf(content) })
}

/**
 * The digest that an object has and the one that its content has, whatever the order of its keys; they are the same in what was
 * written by `writeSealed` and not changed since.
 */
export function sealOf(value: unknown): { has: unknown; needs: string } {
  const { digest, ...content } = (isObject(value) ? value : {}) as Record<string, unknown>
  return { has: digest, needs: digestOf(content) }
}

/** The object in a sealed file, or undefined where there is none that is as it was written. */
export function readSealed<T>(path: string, schema: z.ZodType<T>): T | undefined {
  try {
    const value = readJson(path)
    const { has, needs } = sealOf(value)
    return has === needs ? schema.parse(value) : undefined
  } catch {
    return undefined
  }
}

/** What the first thing wrong with a value is, in one clause; undefined when it is right. */
export function faultOf(value: unknown, schema: z.ZodType): string | undefined {
  const issue = schema.safeParse(value).error?.issues[0]
  return issue && `${issue.path.map(String).map(snake).join('.') || 'it'}: ${issue.message}`
}

/** The value of a text, or undefined where it is not JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function digestOf(value: object): string {
  // as it comes back from the disk
  const text = JSON.stringify(ordered(JSON.parse(JSON.stringify(value))))
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (!isObject(value)) return value
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, ordered(item)])
}
