/** A member of a tar as its header states it. */
export interface TarHeader {
  name: string
  /** bytes of content */
  size: number
  /** the format's letter: '0' is a file, '5' a folder, 'x' more about the next member, and so on */
  type: string
  /** further headers follow, as old GNU tar writes for files with holes */
  extended: boolean
}

/** What is wrong with a tar, as one clause; all before it can be used. */
export class TarFault extends Error {
  override name = 'TarFault'
}

/** Bytes of a header; contents are padded to a multiple of it. */
export const BLOCK = 512

const CHECKSUM = 148

/**
 * Reads a header: ustar, GNU's and the first kind of all.
 * @param at where it lies in the tar, for messages
 * @returns nothing for a block of zeros, which marks the end
 * @throws TarFault when it is damaged
 */
export function parseTarHeader(block: Buffer, at: number): TarHeader | undefined {
  const fault = (what: string) => new TarFault(`the header at byte ${at} ${what}`)
  const sums = checksums(block)
  if (sums.unsigned === BLANKS && sums.stored === 0) return undefined
  if (sums.stored !== sums.unsigned && sums.stored !== sums.signed) throw fault('is damaged')
  const size = numberIn(block, 124, 12)
  if (size === undefined) throw fault('states a size that is no number')
  const posix = block.toString('latin1', 257, 263) === 'ustar\0'
  const prefix = posix ? textIn(block, 345, 155) : ''
  const name = textIn(block, 0, 100)
  const type = String.fromCharCode(block[156] || 0x30)
  return {
    name: prefix ? `${prefix}/${name}` : name,
    type,
    size,
    extended: type === 'S' && block[482] === 1,
  }
}

/**
 * The records of a pax header: 'length key=value\n', one after another.
 * @throws TarFault when they are damaged
 */
export function parsePax(content: Buffer, at: number): Map<string, string> {
  const records = new Map<string, string>()
  for (let from = 0; from < content.length && content[from] !== 0; ) {
    const blank = content.indexOf(0x20, from)
    const length = Number(content.toString('latin1', from, blank))
    const until = from + length
    const equals = content.indexOf(0x3d, blank)
    if (blank < 0 || !(length > 0) || until > content.length || equals < 0 || equals >= until)
      throw new TarFault(`the extended header at byte ${at} is damaged`)
    records.set(content.toString('utf8', blank + 1, equals), content.toString('utf8', equals + 1, until - 1))
    from = until
  }
  return records
}

/** Sum of the checksum's own eight blanks. */
const BLANKS = 8 * 0x20

function checksums(block: Buffer): { stored: number | undefined; unsigned: number; signed: number } {
  let unsigned = BLANKS
  let high = 0
  for (let at = 0; at < BLOCK; at++) {
    if (at === CHECKSUM) at += 8
    const byte = block[at] as number
    unsigned += byte
    high += byte >> 7
  }
  // some old programs added signed bytes
  return { stored: numberIn(block, CHECKSUM, 8), unsigned, signed: unsigned - 256 * high }
}

/** A number in octal digits, or in base 256 where the first bit is set. */
function numberIn(block: Buffer, from: number, length: number): number | undefined {
  const first = block[from] as number
  let value = 0
  if (first & 0x80) {
    // 0xff begins a negative number
    if (first !== 0x80) return undefined
    for (let at = from + 1; at < from + length; at++) value = value * 256 + (block[at] as number)
    return Number.isSafeInteger(value) ? value : undefined
  }
  let at = from
  const end = from + length
  while (at < end && block[at] === 0x20) at++
  for (; at < end; at++) {
    const digit = (block[at] as number) - 0x30
    if (digit === -0x30 || digit === -0x10) break
    if (digit < 0 || digit > 7) return undefined
    value = value * 8 + digit
  }
  return value
}

function textIn(block: Buffer, from: number, length: number): string {
  const end = block.indexOf(0, from)
  return block.toString('utf8', from, end < 0 || end > from + length ? from + length : end)
}
