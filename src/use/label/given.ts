/** Labels that a person gave, in a table or as JSON. */
import { readFile, stat } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import { SelfsameError, UsageError } from '../../errors.js'
import { printable } from '../../printable.js'

/** Label by path, as the index lists it. */
export type GivenLabels = Map<string, string>

const MOST_BYTES = 2 ** 28
const HEADER = ['path', 'label']

/**
 * Reads `path,label` lines (a first line that says so is no label; further columns are passed over, as are lines without a label) or JSON, an
 * object of labels by path or a list of `{ path, label }`.
 * @throws UsageError where there is no such file, SelfsameError where it is neither
 */
export async function readLabels(file: string): Promise<GivenLabels> {
  const size = await stat(file).then(
    (found) => found.size,
    () => undefined,
  )
  const name = printable(file)
  if (size === undefined)
    throw new UsageError(`there is no file ${name} with labels; give one of lines 'path,label' or JSON`)
  if (size > MOST_BYTES) throw new SelfsameError(`${name} is larger than 256 MiB; give the labels alone`)
  const text = (await readFile(file, 'utf8')).replace(/^\ufeff/, '')
  const pairs = /^\s*[[{]/.test(text) ? fromJson(text, name) : fromTable(text, name)
  const labels: GivenLabels = new Map()
  for (const [path, label] of pairs) if (label !== '') labels.set(path, label)
  if (labels.size === 0) throw new SelfsameError(`${name} has no labels; give lines of 'path,label'`)
  return labels
}

function fromTable(text: string, name: string): [string, string][] {
  let rows: string[][]
  try {
    rows = parse(text, { relaxColumnCount: true, skipEmptyLines: true, trim: true }) as string[][]
  } catch (error) {
    throw new SelfsameError(
      `${name} is no table: ${printable((error as Error).message)}; give lines of 'path,label'`,
    )
  }
  const head = (rows[0] ?? []).map((cell) => cell.toLowerCase())
  const named = HEADER.every((column) => head.includes(column))
  const [path, label] = named ? HEADER.map((column) => head.indexOf(column)) : [0, 1]
  return rows.slice(named ? 1 : 0).map((row, at) => {
    const [own, its] = [row[path as number], row[label as number]]
    if (own === undefined || its === undefined)
      throw new SelfsameError(
        `line ${at + 1 + Number(named)} of ${name} has no label; give lines of 'path,label'`,
      )
    return [own, its]
  })
}

function fromJson(text: string, name: string): [string, string][] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new SelfsameError(`${name} is no JSON: ${printable((error as Error).message)}; give labels by path`)
  }
  const pairs = Array.isArray(value)
    ? value.map((one) => [
        (one as { path?: unknown } | null)?.path,
        (one as { label?: unknown } | null)?.label,
      ])
    : Object.entries(value as object)
  return pairs.map(([path, label]) => {
    if (typeof path === 'string' && typeof label === 'string') return [path, label]
    throw new SelfsameError(
      `${name} has an entry that is no label of a path; give {"a.jpg": "cat"} or [{"path": "a.jpg", "label": "cat"}]`,
    )
  })
}
