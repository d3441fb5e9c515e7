/** A request as an answer sees it, and what it may ask in its address. */
import type { IncomingHttpHeaders } from 'node:http'
import { suggestion } from '../../errors.js'
import { Refusal } from './refusal.js'
import type { Uploads } from './uploads.js'

export interface Call {
  /** What stands behind the question mark. */
  query: URLSearchParams
  /** What stands in the place of `{row}` in the path. */
  part: string | undefined
  headers: IncomingHttpHeaders
  /** Aborted when whoever asks hangs up. */
  signal: AbortSignal
  /**
   * The pictures of the body, each of which has a place from then on.
   * @throws Refusal 400, 413, 415 or 503; Gone
   */
  uploads(): Promise<Uploads>
  /** Takes places for work without a body. @throws Refusal 503 */
  occupy(places: number): void
}

export interface Answer {
  status?: number
  headers?: Readonly<Record<string, string>>
  /** An object goes out as JSON. */
  body: Uint8Array | string | object
}

export interface Route {
  method: 'GET' | 'POST'
  path: string
  /** Names that may stand in the query. */
  parameters: readonly string[]
  answer(call: Call): Answer | Promise<Answer>
}

/** @throws Refusal 400 for a name that the route does not know, or that comes twice */
export function checkParameters(query: URLSearchParams, known: readonly string[]): void {
  const names = [...query.keys()]
  for (const [i, name] of names.entries()) {
    if (!known.includes(name)) {
      const there = known.length === 0 ? 'there are none here' : suggestion(name, known)
      throw new Refusal(400, `there is no parameter '${name.slice(0, 100)}': ${there}`)
    }
    if (names.indexOf(name) !== i) throw new Refusal(400, `the parameter '${name}' is given twice`)
  }
}

/** @throws Refusal 400 */
export function wholeIn(query: URLSearchParams, name: string, otherwise: number, most: number): number {
  const text = query.get(name)
  if (text === null) return Math.min(otherwise, most)
  const value = /^\d{1,15}$/.test(text) ? Number(text) : 0
  if (value >= 1 && value <= most) return value
  throw new Refusal(400, `expected ${name} as a whole number from 1 to ${most}, got '${text.slice(0, 100)}'`)
}

/** @throws Refusal 400 */
export function oneOf<T extends string>(
  query: URLSearchParams,
  name: string,
  words: readonly [T, ...T[]],
): T {
  const text = query.get(name)
  if (text === null) return words[0]
  const found = words.find((word) => word === text)
  if (found === undefined)
    throw new Refusal(400, `expected ${name} as ${words.join(' or ')}, got '${text.slice(0, 100)}'`)
  return found
}
