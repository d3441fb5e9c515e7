import { SelfsameError, UsageError } from '../errors.js'
import { columnFor, noPaths, type Role } from './manifest-columns.js'
import { CsvReader } from './manifest-csv.js'
import type { Rows } from './manifest-rows.js'
import { textOf } from './manifest-text.js'

const MOST_CHARACTERS = 2 ** 24

/** Reads a CSV manifest: a header, and a row a picture. @throws UsageError, or SelfsameError when a row is not whole */
export async function readCsv(path: string, rows: Rows): Promise<void> {
  let columns: Columns | undefined
  const reader = new CsvReader(path, (cells, line) => {
    if (columns === undefined) columns = columnsOf(path, cells)
    else rows.add(columns.row(cells, line), `line ${line}`)
  })
  for await (const text of textOf(path)) reader.write(text)
  reader.end()
  if (columns === undefined) throw empty(path)
}

interface Columns {
  row(cells: readonly string[], line: number): { path: string; label?: string; split?: string }
}

function columnsOf(manifest: string, header: readonly string[]): Columns {
  const path = columnFor('path', header)
  if (path === undefined) throw noPaths(manifest, header)
  const label = columnFor('label', header)
  const split = columnFor('split', header)
  const needed = 1 + Math.max(path, label ?? 0, split ?? 0)
  return {
    row: (cells, line) => {
      if (cells.length < needed) {
        throw new SelfsameError(
          `line ${line} of '${manifest}' has ${cells.length === 1 ? '1 cell' : `${cells.length} cells`} where ${needed} or more are needed; repair or remove it`,
        )
      }
      return {
        path: cells[path] as string,
        ...(label !== undefined && { label: cells[label] as string }),
        ...(split !== undefined && { split: cells[split] as string }),
      }
    },
  }
}

/** Reads a manifest of JSON objects, one a line. @throws UsageError, or SelfsameError when a line is none */
export async function readJsonLines(path: string, rows: Rows): Promise<void> {
  let line = 0
  let rest = ''
  const take = (text: string) => {
    line++
    if (text.trim() !== '') rows.add(jsonRow(path, text, line), `line ${line}`)
  }
  for await (const text of textOf(path)) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MOST_CHARACTERS) {
      throw new SelfsameError(
        `line ${line + lines.length + 1} of '${path}' is longer than 16 million characters; expected a JSON object a line`,
      )
    }
    for (const one of lines) take(one)
  }
  take(rest)
}

function jsonRow(
  manifest: string,
  text: string,
  line: number,
): { path: string; label?: string; split?: string } {
  const fault = (what: string) => new SelfsameError(`line ${line} of '${manifest}' ${what}`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw fault('is not JSON; expected an object such as {"path": "1.jpg"}')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw fault('is no JSON object; expected one such as {"path": "1.jpg"}')
  }
  const entries = Object.entries(value)
  const keys = entries.map(([key]) => key)
  const cell = (role: Role) => {
    const at = columnFor(role, keys)
    const [key, found] = at === undefined ? [] : (entries[at] as [string, unknown])
    if (found === undefined || found === null) return undefined
    if (typeof found === 'object') throw fault(`has no plain value for '${key}'; expected text or a number`)
    return String(found)
  }
  const path = cell('path')
  if (path === undefined) throw noPaths(`line ${line} of ${manifest}`, keys)
  const label = cell('label')
  const split = cell('split')
  return { path, ...(label !== undefined && { label }), ...(split !== undefined && { split }) }
}

function empty(path: string): UsageError {
  return new UsageError(`'${path}' is empty; expected a header row such as path,label and a row a picture`)
}
