/**
 * Names come from files, archives and tables of anybody. What moves a terminal's cursor, colours it, ends a line or turns the
 * reading order round is shown in the form that JSON and `$'…'` have for it, so that it does nothing and can be found.
 */

/** C0, DEL and C1, the separators of lines and paragraphs, and all that sets a direction. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** A name, or a sentence that may hold one, on one line. */
export function printable(text: string): string {
  return text.replace(
    UNSEEN,
    (one) => SHORT[one] ?? `\\u${(one.codePointAt(0) as number).toString(16).padStart(4, '0')}`,
  )
}

/** The same of text whose line ends are ours. JSON stays the JSON of the same value. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

/** A plain value with all its texts, keys too, made printable, before lines are made of it. */
export function printableIn<T>(value: T): T {
  return walk(value) as T
}

function walk(value: unknown): unknown {
  if (typeof value === 'string') return printable(value)
  if (Array.isArray(value)) return value.map(walk)
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [printable(key), walk(item)]))
}

/** Any value as a message shows it: as JSON where that has it. */
export function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object') return typeof value === 'string' ? JSON.stringify(value) : String(value)
  try {
    return JSON.stringify(value, (_, item) => (hasJson(item) ? item : shown(item)))
  } catch {
    return 'an object that holds itself'
  }
}

function hasJson(value: unknown): boolean {
  return (
    typeof value === 'object' ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    Number.isFinite(value)
  )
}
