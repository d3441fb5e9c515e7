import { type FileHandle, open } from 'node:fs/promises'
import { SelfsameError } from '../../errors.js'
import { readFully } from './handles.js'

// names of classes and the like: a longer file is something else
const SMALL = 2 ** 20

/**
 * Opens a file of a data set for as long as `use` takes.
 * @throws SelfsameError when it cannot be opened
 */
export async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  let file: FileHandle
  try {
    file = await open(path, 'r')
  } catch (error) {
    throw new SelfsameError(`'${path}' cannot be opened (${(error as Error).message}); get the file again`)
  }
  try {
    return await use(file)
  } catch (error) {
    if (error instanceof SelfsameError) throw error
    throw new SelfsameError(`'${path}' cannot be read (${(error as Error).message}); get the file again`)
  } finally {
    await file.close()
  }
}

/**
 * Fills `bytes` from `position` on.
 * @throws SelfsameError when the file ends before
 */
export async function readAll(
  path: string,
  file: FileHandle,
  bytes: Uint8Array,
  position = 0,
): Promise<void> {
  if ((await readFully(file, bytes, position)) < bytes.length)
    throw new SelfsameError(`'${path}' became shorter while it was read; get the file again`)
}

/**
 * Reads a text file of at most 1 MiB; what is longer is cut off.
 * @throws SelfsameError when it cannot be read
 */
export function readSmallFile(path: string): Promise<string> {
  return withFile(path, async (file) => {
    const bytes = Buffer.alloc(SMALL)
    return bytes.toString('utf8', 0, await readFully(file, bytes, 0))
  })
}
