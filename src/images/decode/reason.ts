import { Unread } from './bands.js'
import { isGitPointer, isWebPage, lacksEnd, READABLE, sniff } from './formats.js'
import { MAX_BANDS, MAX_PIXELS, MAX_SECONDS } from './limits.js'
import { type Encoded, type Stored, withStored } from './stored.js'
import { jpegBits, tiffKind } from './unread-kinds.js'

// room for what some programs put before a picture's frame, or append to it
const END = 65_536

const FILE_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
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
export async function reasonFor(from: Encoded, thrown: unknown): Promise<string> {
  if (thrown instanceof Unread) return thrown.message
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  try {
    return await withStored(from, (stored) => decoderReason(stored, message))
  } catch (error) {
    return error instanceof Unread ? error.message : fileReason(String(from), error)
  }
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
async function decoderReason(stored: Stored, message: string): Promise<string> {
  if (stored.size === 0) return 'the file is empty'
  if (/pixel limit/i.test(message)) return `it claims more than ${MAX_PIXELS / 1e6} megapixels`
  if (/channel limit/i.test(message)) return `it claims more than ${MAX_BANDS} channels`
  if (/timeout/i.test(message)) return `decoding it took longer than ${MAX_SECONDS} seconds`
  const head = await stored.at(0, END)
  const format = sniff(head)
  if (format === undefined) {
    if (isWebPage(head)) return 'it is a web page, not a picture'
    if (isGitPointer(head)) return 'it stands in for a picture that Git LFS has not fetched'
    return `its content is not ${READABLE.slice(0, -1).join(', ')} or ${READABLE.at(-1)}`
  }
  if (!READABLE.includes(format)) return `it is in ${format} format, which is not read`
  const begins = format !== 'PNG' || stored.size < 33 || head.toString('latin1', 12, 16) === 'IHDR'
  if (!begins) return 'its PNG header is damaged'
  const tail = await stored.at(Math.max(0, stored.size - END), END)
  if (lacksEnd(format, head, tail, stored.size)) return 'the file is cut short'
  const kind = format === 'TIFF' ? await tiffKind(stored) : format === 'JPEG' ? jpegBits(head) : undefined
  if (kind !== undefined) return kind
  return `its ${format} ${/header|unsupported image format/i.test(message) ? 'header' : 'data'} is damaged`
}
