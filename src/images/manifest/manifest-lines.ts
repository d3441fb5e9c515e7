import { SelfsameError, UsageError } from '../../errors.js'
import { columnFor, noPaths, type Role } from './manifest-columns.js'
import { readCsvRows } from './manifest-csv.js'
import type { Row, Rows } from './manifest-rows.js'
import { textOf } from './manifest-text.js'

const MOST_CHARACTERS = 2 ** 24

/** Reads a CSV manifest: a header, and a row a picture. @throws UsageError, or SelfsameError when a row is not whole */
export async function readCsv(path: string, rows: Rows): Promise<void> {
  let columns: Columns | undefined
  await readCsvRows(path, textOf(path), (cells, line) => {
    if (columns === undefined) columns = columnsOf(path, cells)
    else rows.add(columns.row(cells, line), line)
  })
  if (columns === undefined) throw empty(path)
}

interface Columns {
  row(cells: readonly string[], line: number): Row
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
      return { path: cells[path] as string, label: cells[label ?? -1], split: cells[split ?? -1] }
    },
  }
}

/** Reads a manifest of JSON objects, one a line. @throws UsageError, or SelfsameError when a line is none */
export async function readJsonLines(path: string, rows: Rows): Promise<void> {
  let line = 0
  let rest = ''
  const json = new JsonRows(path)
  const take = (text: string) => {
    line++
    if (text.trim() !== '') rows.add(json.row(text, line), line)
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

/** Reads rows of JSON, which mostly have the same keys as the row before. */
class JsonRows {
  readonly #manifest: string
  #keys: readonly string[] = []
  #columns: Readonly<Record<Role, number | undefined>> = {
    path: undefined,
    label: undefined,
    split: undefined,
  }

  constructor(manifest: string) {
    this.#manifest = manifest
  }

  row(text: string, line: number): Row {
    const fault = (what: string) => new SelfsameError(`line ${line} of '${this.#manifest}' ${what}`)
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      throw fault('is not JSON; expected an object such as {"path": "1.jpg"}')
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw fault('is no JSON object; expected one such as {"path": "1.jpg"}')
    }
    const keys = Object.keys(value)
    if (keys.length !== this.#keys.length || keys.some((key, at) => key !== this.#keys[at])) this.#use(keys)
    const cell = (role: Role) => {
      const key = keys[this.#columns[role] ?? -1]
      const found = key === undefined ? undefined : (value as Record<string, unknown>)[key]
      if (found === undefined || found === null) return undefined
      if (typeof found === 'object') throw fault(`has no plain value for '${key}'; expected text or a number`)
      return String(found)
    }
    const path = cell('path')
    if (path === undefined) throw noPaths(`line ${line} of ${this.#manifest}`, keys)
    return { path, label: cell('label'), split: cell('split') }
  }

  #use(keys: readonly string[]): void {
    this.#keys = keys
    this.#columns = {
      path: columnFor('path', keys),
      label: columnFor('label', keys),
      split: columnFor('split', keys),
    }
  }
}

function empty(path: string): UsageError {
  return new UsageError(`'${path}' is empty; expected a header row such as path,label and a row a picture`)
}
