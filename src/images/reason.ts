import { open, stat } from 'node:fs/promises'
import { isWebPage, READABLE, sniff } from './formats.js'

/** Pictures of more pixels than this are set aside: a few bytes of header can claim any size. */
export const MAX_PIXELS = 100_000_000

/** Decoding one picture may take this long, in seconds. */
export const MAX_SECONDS = 60

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
 * @param thrown what the decoder threw
 */
export async function reasonFor(path: string, thrown: unknown): Promise<string> {
  let head: Uint8Array
  try {
    const file = await stat(path)
    if (file.isDirectory()) return 'it is a folder'
    if (!file.isFile()) return 'it is not a regular file'
    if (file.size === 0) return 'the file is empty'
    head = await firstBytes(path)
  } catch (error) {
    return fileReason(path, error)
  }
  return decoderReason(head, thrown instanceof Error ? thrown.message : String(thrown), path)
}

function fileReason(path: string, error: unknown): string {
  if (path.includes('\ufffd')) return 'its name is not valid UTF-8'
  const code = (error as NodeJS.ErrnoException).code ?? ''
  return FILE_ERRORS[code] ?? `the system cannot open it (${code || String(error)})`
}

function decoderReason(head: Uint8Array, message: string, path: string): string {
  if (/pixel limit/i.test(message)) return `it claims more than ${MAX_PIXELS / 1e6} megapixels`
  if (/timeout/i.test(message)) return `decoding it took longer than ${MAX_SECONDS} seconds`
  const format = sniff(head)
  if (format !== undefined && !READABLE.includes(format))
    return `it is in ${format} format, which is not read`
  if (format === undefined) {
    if (isWebPage(head)) return 'it is a web page, not a picture'
    return `its content is not ${READABLE.slice(0, -1).join(', ')} or ${READABLE.at(-1)}`
  }
  if (/premature end|truncated|unexpected end|seek|end of file|eof/i.test(message))
    return 'the file is cut short'
  const part = /header|unsupported image format/i.test(message) ? 'header' : 'data'
  const detail = detailIn(message, path)
  return `its ${format} ${part} is damaged${detail ? ` (${detail})` : ''}`
}

/** The decoder's own last line, which is its error after any warnings, without the file's path and headings. */
function detailIn(message: string, path: string): string {
  const lines = message.replaceAll(path, '').split('\n')
  const plain = lines.map((line) => line.replace(/^(Input file[^:]*:?|Unknown error|\w+:)\s*/i, '').trim())
  return (plain.findLast((line) => line !== '') ?? '').slice(0, 100)
}

async function firstBytes(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
