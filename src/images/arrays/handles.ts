import { type FileHandle, open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { PictureError } from '../picture.js'

/** A file as it was when it was looked at first. */
export interface KnownFile {
  path: string
  /** bytes */
  size: number
  /** time of its last change, in ms */
  changed: number
}

interface Opened {
  handle: Promise<FileHandle>
  readers: number
}

// more reads at once than libuv has threads gain nothing, and more open files than readers leave one to close
const MOST_READS = 16
const MOST_OPEN = 32
const IDLE_MS = 2000

// by path, the longest unused first
const opened = new Map<string, Opened>()
const waiting: (() => void)[] = []
let reads = 0
let idle: NodeJS.Timeout | undefined

/** Files held open between reads, for tests. */
export function openHandles(): number {
  return opened.size
}

/**
 * Looks at a file that pictures are to be read from.
 * @throws the file system's error
 */
export async function knownFile(path: string): Promise<KnownFile> {
  const { size, mtimeMs } = await stat(path)
  return { path, size, changed: mtimeMs }
}

/**
 * Reads a part of a file that many pictures lie in. Few files are open at once however many there are, and none is held
 * open for long without a read.
 * @param name of the picture, for messages
 * @throws PictureError when the file is gone, has changed or cannot be read
 */
export async function readPart(
  file: KnownFile,
  position: number,
  length: number,
  name: string,
): Promise<Buffer> {
  const fault = (what: string) => new PictureError(name, `'${basename(file.path)}' ${what}`)
  if (reads >= MOST_READS) await new Promise<void>((resolve) => waiting.push(resolve))
  else reads++
  try {
    const entry = take(file)
    try {
      const handle = await entry.handle
      const bytes = Buffer.allocUnsafe(length)
      if ((await readFully(handle, bytes, position)) < length) throw fault('has become shorter')
      return bytes
    } finally {
      entry.readers--
    }
  } catch (error) {
    if (error instanceof PictureError) throw error
    if (error instanceof Changed) throw fault('has changed since it was opened')
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') throw fault('is no longer there')
    throw fault(`cannot be read (${code ?? String(error)})`)
  } finally {
    const next = waiting.shift()
    if (next) next()
    else reads--
  }
}

/** Fills `bytes` from `position` on. @returns the number of bytes got, fewer only where the file ends */
export async function readFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<number> {
  let filled = 0
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return filled
}

class Changed extends Error {}

function take(file: KnownFile): Opened {
  const known = opened.get(file.path)
  const entry = known ?? { handle: openSame(file), readers: 0 }
  entry.readers++
  opened.delete(file.path)
  opened.set(file.path, entry)
  if (known === undefined) {
    entry.handle.catch(() => {
      if (opened.get(file.path) === entry) opened.delete(file.path)
    })
    closeUnused(MOST_OPEN)
  }
  idle ??= setInterval(closeIdle, IDLE_MS).unref()
  idle.refresh()
  return entry
}

async function openSame(file: KnownFile): Promise<FileHandle> {
  const handle = await open(file.path, 'r')
  const { size, mtimeMs } = await handle.stat()
  if (size === file.size && mtimeMs === file.changed) return handle
  await handle.close()
  throw new Changed()
}

function closeUnused(most: number): void {
  for (const [path, { handle, readers }] of opened) {
    if (opened.size <= most) return
    if (readers > 0) continue
    opened.delete(path)
    handle.then((file) => file.close()).catch(() => undefined)
  }
}

function closeIdle(): void {
  closeUnused(0)
  if (opened.size > 0) return
  clearInterval(idle)
  idle = undefined
}
