import { BLOCK, parsePax, parseTarHeader, TarFault } from './tar-header.js'

/** Where a tar's bytes come from. */
export interface TarInput {
  /** length of all, in bytes, where it is known beforehand */
  readonly size?: number
  /**
   * Bytes at a position, fewer only where they end; good until the next call. Positions never go back behind the last
   * one asked for.
   */
  view(position: number, length: number): Buffer | Promise<Buffer>
}

/** A file in a tar. */
export interface TarMember {
  /** with '/', without './' before it */
  name: string
  /** where its content begins */
  offset: number
  /** bytes */
  size: number
}

/** How many members are no files that can be read by offset and size. */
export interface TarLeft {
  links: number
  /** stored with holes, or pieces of an archive in several volumes */
  others: number
}

// a path of more bytes is a damaged size
const MAX_EXTENSION = 2 ** 20

/**
 * Lists the files of a tar (ustar, GNU, pax) without reading their content.
 * @param left counts what is left out
 * @throws TarFault where the tar is damaged or cut short, after all files before that
 */
export async function* tarFiles(
  input: TarInput,
  left: TarLeft = { links: 0, others: 0 },
): AsyncGenerator<TarMember, void, undefined> {
  let longName: string | undefined
  let pax: Map<string, string> | undefined
  for (let at = 0; ; ) {
    const got = input.view(at, BLOCK)
    const block = got instanceof Promise ? await got : got
    if (block.length === 0) throw new TarFault('it has no end mark, so it may be cut short')
    if (block.length < BLOCK) throw new TarFault('it is cut short within a header')
    const header = parseTarHeader(block, at)
    if (header === undefined) return
    const { type, extended } = header
    const name = pax?.get('path') ?? longName ?? header.name
    const size = paxSize(pax, at) ?? header.size
    at += BLOCK
    for (let more = extended; more; at += BLOCK) {
      const next = await input.view(at, BLOCK)
      if (next.length < BLOCK) throw new TarFault('it is cut short within a header')
      more = next[504] === 1
    }
    const offset = at
    at += Math.ceil(size / BLOCK) * BLOCK
    if (at > Number.MAX_SAFE_INTEGER) throw new TarFault(`the size of '${name}' is impossible`)
    if (input.size !== undefined && offset + size > input.size)
      throw new TarFault(`it is cut short within '${name}'`)
    if (type === 'L' || type === 'x') {
      const content = await extension(input, offset, size)
      if (type === 'L') longName = content.toString('utf8').replace(/\0.*$/s, '')
      else pax = parsePax(content, offset)
      continue
    }
    // a link's long target, and what holds for all members, say nothing about where files lie
    if (type === 'K' || type === 'g') continue
    const sparse = pax !== undefined && [...pax.keys()].some((key) => key.startsWith('GNU.sparse.'))
    longName = undefined
    pax = undefined
    if (type === '1' || type === '2') left.links++
    else if (sparse || (type !== '0' && type !== '7' && type !== '5')) left.others++
    // the first tars marked folders by their names alone
    else if (type !== '5' && !name.endsWith('/')) yield { name: name.replace(/^(\.?\/)+/, ''), offset, size }
  }
}

async function extension(input: TarInput, offset: number, size: number): Promise<Buffer> {
  if (size > MAX_EXTENSION) throw new TarFault(`the extended header at byte ${offset} is damaged`)
  const content = await input.view(offset, size)
  if (content.length < size) throw new TarFault('it is cut short within a header')
  return content
}

function paxSize(pax: Map<string, string> | undefined, at: number): number | undefined {
  const text = pax?.get('size')
  if (text === undefined) return undefined
  const size = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(size))
    throw new TarFault(`the extended header before byte ${at} is damaged`)
  return size
}
