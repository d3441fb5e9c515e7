/** Whether pictures have the same pixels, by their files. */
import { pixelHash } from '../../images/check/hash.js'
import { decode, PictureError } from '../../images/index.js'
import type { PictureIndex } from '../store/index-reader.js'
import { fileOf } from './files.js'

/** The pixels of a row as a word that equal ones share; undefined where the file is gone, changed or no file of its own. */
export function pixelReader(index: PictureIndex): (row: number) => Promise<string | undefined> {
  return async (row) => {
    const [found] = await index.rows([row], ['path', 'bytes', 'modified'])
    const place = found && fileOf(index, found)
    if (!place || 'why' in place) return undefined
    try {
      return pixelHash(await decode(place.file)).join(' ')
    } catch (error) {
      if (error instanceof PictureError) return undefined
      throw error
    }
  }
}
