/** Pictures of one size as raw bytes in files, for a peer that knows none of our formats. */
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../errors.js'
import type { Source } from '../images/index.js'

/** Writes `NAME.u8` (`[N, H, W, C]`), `NAME.labels.i32` and `NAME.json` with the shape. */
export async function dump(source: Source, folder: string, name: string): Promise<void> {
  const { height, width, channels } = await source.read(0)
  const file = openSync(join(folder, `${name}.u8`), 'w')
  try {
    for (let index = 0; index < source.size; index++) {
      const picture = await source.read(index)
      if (picture.height !== height || picture.width !== width)
        throw new UsageError(
          `expected pictures of one size, got others in ${source.name}: name fashion-mnist or cifar10`,
        )
      writeSync(file, picture.data)
    }
  } finally {
    closeSync(file)
  }
  writeFileSync(join(folder, `${name}.labels.i32`), source.labels ?? new Int32Array(source.size))
  writeFileSync(join(folder, `${name}.json`), JSON.stringify([source.size, height, width, channels]))
}
