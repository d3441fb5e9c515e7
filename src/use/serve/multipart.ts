/** `multipart/form-data` (RFC 7578) of a body that is in memory; parts are views of it. */
import { Refusal } from './refusal.js'

export interface Part {
  /** Of the form's field. */
  field: string
  /** Of the file; undefined for a field that is none. */
  filename: string | undefined
  bytes: Buffer
}

const MOST_HEAD = 8192
const LINE = Buffer.from('\r\n')
const END_OF_HEAD = Buffer.from('\r\n\r\n')

/**
 * One pass from front to back.
 * @param type of the whole, with its boundary
 * @param most parts
 * @throws Refusal 400 or 413
 */
export function multipart(body: Buffer, type: string, most: number): Part[] {
  const delimiter = Buffer.from(`\r\n--${boundaryOf(type)}`, 'latin1')
  const wrong = (what: string) => new Refusal(400, `the multipart body is damaged: ${what}`)
  // the first delimiter has no line before it, unless there is a preamble
  const first = delimiter.subarray(2)
  let at = body.indexOf(first) === 0 ? first.length : after(body.indexOf(delimiter), delimiter)
  if (at < 0) throw wrong('its boundary is not found')
  const parts: Part[] = []
  while (true) {
    if (body.toString('latin1', at, at + 2) === '--') return parts
    // blanks may stand behind a delimiter
    while (body[at] === 0x20 || body[at] === 0x09) at++
    if (!body.subarray(at, at + 2).equals(LINE)) throw wrong('a boundary does not end its line')
    if (parts.length === most)
      throw new Refusal(413, `the request has more than ${most} parts; send them in several requests`)
    // a head may be empty, and then is the line's end alone
    const end = body.subarray(0, at + MOST_HEAD).indexOf(END_OF_HEAD, at)
    if (end < 0) throw wrong('a part has no end of its head')
    const next = body.indexOf(delimiter, end + 2)
    if (next < 0) throw wrong('it is cut short')
    const head = body.toString('utf8', at + 2, Math.max(at + 2, end))
    parts.push({ ...namesOf(head), bytes: body.subarray(end + 4, Math.max(end + 4, next)) })
    at = next + delimiter.length
  }
}

function after(found: number, delimiter: Buffer): number {
  return found < 0 ? -1 : found + delimiter.length
}

function boundaryOf(type: string): string {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(type) ?? []
  const boundary = quoted ?? plain
  if (boundary === undefined)
    throw new Refusal(400, 'the Content-Type multipart/form-data has no boundary; let the client set it')
  return boundary
}

function namesOf(head: string): Pick<Part, 'field' | 'filename'> {
  const line = /^content-disposition:(.*)$/im.exec(head)?.[1] ?? ''
  const value = (name: string) => {
    const [, quoted, plain] = new RegExp(`;\\s*${name}=(?:"([^"]*)"|([^\\s;"]+))`, 'i').exec(line) ?? []
    return quoted ?? plain
  }
  return { field: value('name') ?? '', filename: value('filename') }
}
