/** Why something could not be written, in a sentence for the user. */
import { SelfsameError } from './errors.js'

/** What to do: where room is lacking, where one file would be too large, and otherwise. */
export interface Remedies {
  room?: string
  large?: string
  otherwise?: string
}

const FULL: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'your disk quota is used up',
}

const LARGE: Readonly<Record<string, string>> = {
  EFBIG: 'a file may not become as large there (ulimit -f, or the file system)',
}

const OTHER: Readonly<Record<string, string>> = {
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'the file system is read-only',
  ENOENT: 'its folder is not there and cannot be made',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'a folder is in the way',
  EEXIST: 'a file is in the way',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links lead in a circle',
  EBUSY: 'another program holds it',
  EMFILE: 'too many files are open (ulimit -n)',
  ENFILE: 'too many files are open on this machine',
  EIO: 'the disk reports a fault',
  ENXIO: 'the device does not answer',
  ENODEV: 'the device does not answer',
  ESTALE: 'the network drive no longer knows it',
  ETIMEDOUT: 'the network drive does not answer',
  EHOSTDOWN: 'the network drive does not answer',
}

/** A failed write as the user's sentence; an error that is none of the system's comes back as it is. */
export function explainWriteError(error: unknown, path: string, remedies: Remedies = {}): Error {
  const { code = '' } = error as NodeJS.ErrnoException
  const {
    room = 'free some space, what was saved before is intact',
    large = 'raise that limit, or choose another folder',
    otherwise = 'choose another folder',
  } = remedies
  const told = [
    [FULL, room],
    [LARGE, large],
    [OTHER, otherwise],
  ] as const
  for (const [reasons, remedy] of told) {
    if (Object.hasOwn(reasons, code))
      return new SelfsameError(`${path} could not be written: ${reasons[code]}; ${remedy}`, { cause: error })
  }
  return error instanceof Error ? error : new Error(String(error))
}

/** Calls that change a disk, as the system's errors name them. */
const WRITING = [
  'mkdir',
  'mkdtemp',
  'write',
  'rename',
  'rm',
  'unlink',
  'fsync',
  'ftruncate',
  'truncate',
  'link',
  'utime',
]

/** The sentence of an error that says itself that a write failed, wherever it came from; else undefined. */
export function writeFault(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code = '', syscall = '', path = 'a file' } = error as NodeJS.ErrnoException
  const isWrite = WRITING.includes(syscall) || code in FULL || code in LARGE || code === 'EROFS'
  const explained = isWrite ? explainWriteError(error, path) : error
  return explained === error ? undefined : explained.message
}
