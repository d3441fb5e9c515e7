import { open, stat } from 'node:fs/promises'
import { isWebPage, lacksEnd, READABLE, sniff } from './formats.js'

/** Pictures of more pixels than this are set aside: a few bytes of header can claim any size. */
export const MAX_PIXELS = 100_000_000

/** Decoding one picture may take this long, in seconds. */
export const MAX_SECONDS = 60

const HEAD = 64
// room for what some programs append to a picture
const TAIL = 65_536

const FILE_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'the file is no longer there',
  ENOTDIR: 'the file is no longer there',
  EACCES: 'there is no permission to read it',
  EPERM: 'there is no permission to read it',
  ELOOP: 'it is a link that leads in a circle',
  EIO: 'the disk reports a read error',
  ENAMETOOLONG: 'its path is too long for this system',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
}

/**
 * Says in one clause why a picture file could not be decoded.
 * Looks at the file only now, after the decoder has failed, so that the usual case costs one task of a worker thread.
 * @param from a path, or the encoded bytes
 * @param thrown what the decoder threw
 */
export async function reasonFor(from: string | Uint8Array, thrown: unknown): Promise<string> {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  if (typeof from !== 'string')
    return from.length === 0 ? 'the file is empty' : decoderReason(endsOf(from), message)
  const path = from
  let ends: Ends
  try {
    const file = await stat(path)
    if (file.isDirectory()) return 'it is a folder'
    if (!file.isFile()) return 'it is not a regular file'
    if (file.size === 0) return 'the file is empty'
    ends = await readEnds(path, file.size)
  } catch (error) {
    return fileReason(path, error)
  }
  return decoderReason(ends, message)
}

function fileReason(path: string, error: unknown): string {
  if (path.includes('\ufffd')) return 'its name is not valid UTF-8'
  const code = (error as NodeJS.ErrnoException).code ?? ''
  return FILE_ERRORS[code] ?? `the system cannot open it (${code || String(error)})`
}

/**
 * Relies on sharp's own words alone: libvips keeps the details of all threads in one place, so that under several reads
 * they may be missing or another file's.
 */
function decoderReason({ head, tail, size }: Ends, message: string): string {
  if (/pixel limit/i.test(message)) return `it claims more than ${MAX_PIXELS / 1e6} megapixels`
  if (/timeout/i.test(message)) return `decoding it took longer than ${MAX_SECONDS} seconds`
  const format = sniff(head)
  if (format !== undefined && !READABLE.includes(format))
    return `it is in ${format} format, which is not read`
  if (format === undefined) {
    if (isWebPage(head)) return 'it is a web page, not a picture'
    return `its content is not ${READABLE.slice(0, -1).join(', ')} or ${READABLE.at(-1)}`
  }
  if (lacksEnd(format, head, tail, size)) return 'the file is cut short'
  return `its ${format} ${/header|unsupported image format/i.test(message) ? 'header' : 'data'} is damaged`
}

interface Ends {
  head: Buffer
  tail: Buffer
  /** of the whole file, in bytes */
  size: number
}

function endsOf(bytes: Uint8Array): Ends {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { head: all.subarray(0, HEAD), tail: all.subarray(Math.max(0, all.length - TAIL)), size: all.length }
}

async function readEnds(path: string, size: number): Promise<Ends> {
  const file = await open(path, 'r')
  const part = async (from: number, length: number) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from)
    return buffer.subarray(0, bytesRead)
  }
  try {
    return { head: await part(0, HEAD), tail: await part(Math.max(0, size - TAIL), TAIL), size }
  } finally {
    await file.close()
  }
}
