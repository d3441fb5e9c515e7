import { SelfsameError } from '../../errors.js'

/** What a row of a CSV file holds, and the line that it begins on. */
export type OnRow = (cells: string[], line: number) => void

const QUOTE = 0x22
const LINE_FEED = 0x0a
const RETURN = 0x0d
const DELIMITERS = [',', ';', '\t']
const MOST_CHARACTERS = 2 ** 20

/**
 * Reads CSV (RFC 4180) as its text comes: cells may be quoted, hold quotes doubled, delimiters and line ends; blank lines
 * are passed over. The first row says whether commas, semicolons or tabs part the cells.
 */
export class CsvReader {
  readonly #name: string
  readonly #onRow: OnRow
  #delimiter: number | undefined
  /** text before the delimiter is known */
  #head = ''
  #cells: string[] = []
  #cell = ''
  #state: 'plain' | 'quoted' | 'closing' = 'plain'
  #afterReturn = false
  /** characters of this row so far */
  #taken = 0
  #line = 1
  #rowLine = 1

  /** @param name of the file, for messages */
  constructor(name: string, onRow: OnRow) {
    this.#name = name
    this.#onRow = onRow
  }

  /** @throws SelfsameError when a row is longer than a million characters */
  write(text: string): void {
    if (this.#delimiter !== undefined) {
      this.#read(text, this.#delimiter)
      return
    }
    this.#head += text
    const first = firstRow(this.#head)
    if (first === undefined) {
      if (this.#head.length > MOST_CHARACTERS) throw this.#tooLong()
      return
    }
    this.#start(first)
  }

  /** @throws SelfsameError when a quote is left open */
  end(): void {
    if (this.#delimiter === undefined) this.#start(this.#head)
    if (this.#state === 'quoted') {
      throw new SelfsameError(
        `line ${this.#rowLine} of '${this.#name}' opens a quote that is never closed; close it`,
      )
    }
    if (this.#cell !== '' || this.#cells.length > 0 || this.#state === 'closing') this.#endRow()
  }

  #start(firstRow: string): void {
    this.#delimiter = delimiterOf(firstRow)
    const head = this.#head
    this.#head = ''
    this.#read(head, this.#delimiter)
  }

  #read(text: string, delimiter: number): void {
    let from = 0
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      const second = this.#afterReturn && code === LINE_FEED
      this.#afterReturn = code === RETURN
      if ((code === LINE_FEED || code === RETURN) && !second) this.#line++
      if (this.#state === 'quoted') {
        if (code !== QUOTE) continue
        this.#take(text, from, at)
        this.#state = 'closing'
        from = at + 1
        continue
      }
      if (this.#state === 'closing') {
        if (code === QUOTE) {
          // a doubled quote stands for one
          this.#state = 'quoted'
          from = at
          continue
        }
        this.#state = 'plain'
      }
      if (second) from = at + 1
      else if (code === delimiter) {
        this.#take(text, from, at)
        this.#endCell()
        from = at + 1
      } else if (code === LINE_FEED || code === RETURN) {
        this.#take(text, from, at)
        this.#endRow()
        from = at + 1
      } else if (code === QUOTE && at === from && this.#cell === '') {
        this.#state = 'quoted'
        from = at + 1
      }
    }
    this.#take(text, from, text.length)
  }

  #take(text: string, from: number, to: number): void {
    if (from === to) return
    this.#taken += to - from
    if (this.#taken > MOST_CHARACTERS) throw this.#tooLong()
    this.#cell = this.#cell === '' ? text.slice(from, to) : this.#cell + text.slice(from, to)
  }

  #endCell(): void {
    this.#cells.push(this.#cell)
    this.#cell = ''
  }

  #endRow(): void {
    this.#endCell()
    const cells = this.#cells
    const line = this.#rowLine
    this.#cells = []
    this.#taken = 0
    this.#rowLine = this.#line
    if (cells.length > 1 || cells[0] !== '') this.#onRow(cells, line)
  }

  #tooLong(): SelfsameError {
    return new SelfsameError(
      `line ${this.#rowLine} of '${this.#name}' begins a row of more than a million characters; close its quote or check that this is CSV`,
    )
  }
}

/** The text of the first row that is not blank, once it has come to its end. */
function firstRow(text: string): string | undefined {
  let quoted = false
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) quoted = !quoted
    else if (!quoted && (code === LINE_FEED || code === RETURN)) {
      if (at > from) return text.slice(from, at)
      from = at + 1
    }
  }
  return undefined
}

/** The delimiter that a row has most of outside quotes; a comma where it has none. */
function delimiterOf(row: string): number {
  const bare = row.replace(/"(?:[^"]|"")*"/g, '')
  const [first = ','] = [...DELIMITERS].sort((a, b) => bare.split(b).length - bare.split(a).length)
  return first.charCodeAt(0)
}
