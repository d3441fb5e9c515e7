import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { syncFolder } from '../../durable.js'
import { makeFolder } from '../../make-folder.js'
import { tarFiles } from '../tar/tar.js'
import { StreamInput } from '../tar/tar-input.js'
import type { Progress } from './fetch-file.js'

const CHUNK = 2 ** 18

/**
 * Writes the wanted files of a .tar.gz into a folder, by their base names alone, so that nothing is written elsewhere. At the end
 * all of it is on disk.
 * @param progress bytes of the archive
 * @throws when the archive is damaged or a file cannot be written
 */
export async function unpack(
  archive: string,
  folder: string,
  wanted: RegExp,
  total: number,
  progress: Progress = () => {},
): Promise<void> {
  makeFolder(folder)
  const file = createReadStream(archive, { highWaterMark: CHUNK })
  // an error of the file comes out of the unpacker, so nothing is left to do in the callback
  const bytes = pipeline(file, createGunzip({ chunkSize: CHUNK }), () => undefined)
  try {
    const input = new StreamInput(bytes)
    for await (const { name, offset, size } of tarFiles(input)) {
      if (!wanted.test(basename(name))) continue
      const target = await open(join(folder, basename(name)), 'w')
      try {
        for (let at = 0; at < size; ) {
          const part = await input.view(offset + at, Math.min(CHUNK, size - at))
          if (part.length === 0) throw new Error(`it is cut short within '${name}'`)
          // writeFile() at a handle goes on where the last one ended, and writes all of it
          await target.writeFile(part)
          at += part.length
          progress(file.bytesRead, total)
        }
        await target.sync()
      } finally {
        await target.close()
      }
    }
    syncFolder(folder)
  } finally {
    bytes.destroy()
    file.destroy()
  }
}
