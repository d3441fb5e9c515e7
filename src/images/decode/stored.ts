import { open, stat } from 'node:fs/promises'
import { Unread } from './bands.js'

/** An encoded picture: the path of its file, or its bytes. */
export type Encoded = string | Uint8Array

/** Bytes of which parts can be read. */
export interface Stored {
  /** length of the whole, in bytes */
  readonly size: number
  /** At most `length` bytes from `offset` on; fewer where the file ends before. */
  at(offset: number, length: number): Promise<Buffer>
}

/** Reads parts of an encoded picture. @throws the file system's error, or Unread for what is no file */
export async function withStored<T>(from: Encoded, use: (stored: Stored) => Promise<T>): Promise<T> {
  if (typeof from !== 'string') return await use(inMemory(from))
  const found = await stat(from)
  if (found.isDirectory()) throw new Unread('it is a folder')
  // opening a pipe might wait for ever
  if (!found.isFile()) throw new Unread('it is not a regular file')
  const { size } = found
  const file = await open(from, 'r')
  try {
    return await use({
      size,
      at: async (offset, length) => {
        // a header may name any place and length
        const room = Math.max(0, Math.min(length, size - offset))
        if (room === 0) return Buffer.alloc(0)
        const { buffer, bytesRead } = await file.read(Buffer.alloc(room), 0, room, offset)
        return buffer.subarray(0, bytesRead)
      },
    })
  } finally {
    await file.close()
  }
}

function inMemory(bytes: Uint8Array): Stored {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return { size: all.length, at: async (offset, length) => all.subarray(offset, offset + length) }
}

/** What a picture is called in messages unless told. */
export function nameOf(from: Encoded): string {
  return typeof from === 'string' ? from : 'picture'
}
