import { pipeline } from 'node:stream/promises'
import { CsvError, parse } from 'csv-parse'
import { SelfsameError } from '../../errors.js'

/** What a row of a CSV file holds, and the line that it begins on. */
export type OnRow = (cells: string[], line: number) => void

const DELIMITERS = [',', ';', '\t']
const LINE_ENDS = ['\r\n', '\n', '\r']
const MOST_BYTES = 2 ** 20

/**
 * Reads CSV (RFC 4180) as its text comes: cells may be quoted, hold quotes doubled, delimiters and line ends; blanks
 * around cells and around their quotes are no part of them; blank lines are passed over. The first row says whether
 * commas, semicolons or tabs part the cells.
 * @param name of the file, for messages
 * @throws SelfsameError when a quote is left open, something follows one, or a row is longer than a million bytes; what
 * `onRow` throws
 */
export async function readCsvRows(name: string, text: AsyncIterable<string>, onRow: OnRow): Promise<void> {
  const pieces = text[Symbol.asyncIterator]()
  const head = await headOf(pieces)
  const lines = new Lines()
  const rows = parse({
    delimiter: delimiterOf(firstRow(head) ?? head),
    record_delimiter: LINE_ENDS,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    trim: true,
    max_record_size: MOST_BYTES,
    // gives nothing back, so that no row waits in the stream
    on_record: (cells: string[], counted) => {
      const line = lines.next(counted)
      lines.end(counted, cells)
      onRow(cells, line)
    },
  })
  async function* all() {
    yield head
    for (let piece = await pieces.next(); !piece.done; piece = await pieces.next()) yield piece.value
  }
  try {
    await pipeline(all, rows.resume())
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const what = FAULTS[error.code] ?? `cannot be read as CSV (${error.code}); repair it`
    throw new SelfsameError(`line ${lines.next(rows.info)} of '${name}' ${what}`)
  }
}

const FAULTS: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'opens a quote that is never closed; close it',
  CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE:
    'goes on after a closing quote; double the quotes within a cell, or leave them out',
  CSV_MAX_RECORD_SIZE:
    'begins a row of more than a million characters; close its quote or check that this is CSV',
}

/** Line ends that the parser has counted so far, and blank lines among them. */
interface Counted {
  lines: number
  empty_lines: number
}

/** On which line the next row begins. */
class Lines {
  #ended = 0
  #blank = 0
  #twice = 0

  next({ empty_lines: blank }: Counted): number {
    return this.#ended - this.#twice + 1 + blank - this.#blank
  }

  end({ lines, empty_lines: blank }: Counted, cells: readonly string[]): void {
    this.#ended = lines
    this.#blank = blank
    // within quotes the parser counts this one line end as two
    for (const cell of cells) if (cell.includes('\r\n')) this.#twice += cell.split('\r\n').length - 1
  }
}

/** The text up to the end of the first row, and what came with it. */
async function headOf(pieces: AsyncIterator<string>): Promise<string> {
  let head = ''
  while (firstRow(head) === undefined && head.length <= MOST_BYTES) {
    const { value, done } = await pieces.next()
    if (done) break
    head += value
  }
  return head
}

/** The text of the first row that is not blank, once it has come to its end. */
function firstRow(text: string): string | undefined {
  let quoted = false
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '"') quoted = !quoted
    else if (!quoted && (character === '\n' || character === '\r')) {
      if (text.slice(from, at).trim() !== '') return text.slice(from, at)
      from = at + 1
    }
  }
  return undefined
}

/** The delimiter that a row has most of outside quotes; a comma where it has none. */
function delimiterOf(row: string): string {
  const bare = row.replace(/"(?:[^"]|"")*"/g, '')
  const [first = ','] = [...DELIMITERS].sort((a, b) => bare.split(b).length - bare.split(a).length)
  return first
}
