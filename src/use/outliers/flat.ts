/** Which pictures of an index are of one colour throughout. */
import { lookOr } from '../alike/gathered.js'
import type { PictureIndex } from '../store/index-reader.js'

const BLOCK = 512

/** `[N]`: 1 for those. */
export async function gatherFlat(
  index: PictureIndex,
  told: (done: number) => void,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const flat = new Uint8Array(index.size)
  for await (const { first, rows } of index.allRows(['path', 'thumbnail']))
    for (let from = 0; from < rows.length; from += BLOCK) {
      signal?.throwIfAborted()
      const some = rows.slice(from, from + BLOCK)
      const looks = await Promise.all(some.map(({ thumbnail, path }) => lookOr(thumbnail, path)))
      for (const [at, look] of looks.entries()) if (look?.flat) flat[first + from + at] = 1
      told(first + from + some.length)
    }
  return flat
}
