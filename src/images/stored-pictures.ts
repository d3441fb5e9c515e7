/** Encoded pictures, wherever they lie, as a source. */
import { isDeepStrictEqual } from 'node:util'
import { type Budget, type CachedSource, cached } from './cache.js'
import { type DecodeOptions, decode, type Encoded, readHeader } from './decode/decode.js'
import { type Known, typicalOf } from './decode/typical.js'
import { checkIndex, type EncodedPicture, type Source } from './source.js'

/** Encoded pictures, listed. */
export interface StoredPictures extends Pick<Source, 'name' | 'size' | 'labels' | 'classes' | 'describe'> {
  /** as a source's */
  file?(index: number): string
  /** a picture's file, or its bytes. @throws PictureError when they cannot be had */
  content(index: number): Encoded | Promise<Encoded>
  /** as a source's. @throws PictureError when they cannot be had */
  encoded(index: number): Promise<EncodedPicture>
}

/**
 * Looks at a sample of pictures and makes them a source, which keeps what it decodes; decoded otherwise, it lets go of that.
 * @param known what is not asked of the pictures, as those for testing are read as those for training
 * @throws UsageError when not one of the sample can be read
 */
export async function openStored(stored: StoredPictures, known: Known, budget: Budget): Promise<Source> {
  const { name, size, labels, classes } = stored
  const described = (index: number) => {
    checkIndex(stored, index)
    return stored.describe(index)
  }
  const read = async (index: number, how: DecodeOptions) => {
    const path = described(index)
    return decode(await stored.content(index), how, path)
  }
  const look = {
    header: async (index: number) => {
      const path = described(index)
      return readHeader(await stored.content(index), path)
    },
    picture: read,
  }
  const { nativeSize, ...own } = await typicalOf(name, size, look, known)
  let now: { how: DecodeOptions; source: CachedSource } | undefined
  const decodedAs = ({ channels = own.channels, maximum = own.maximum, shrinkTo }: DecodeOptions): Source => {
    const how = { channels, maximum, ...(shrinkTo !== undefined && { shrinkTo }) }
    if (now && isDeepStrictEqual(now.how, how)) return now.source
    now?.source.letGo()
    const source: Source = {
      ...{ name, size, channels, maximum, nativeSize },
      ...(labels && classes && { labels, classes }),
      describe: described,
      read: (index) => read(index, how),
      ...(stored.file && {
        file: (index) => {
          checkIndex(stored, index)
          return stored.file?.(index) as string
        },
      }),
      encoded: async (index) => {
        checkIndex(stored, index)
        return stored.encoded(index)
      },
      header: look.header,
    }
    now = { how, source: Object.assign(cached(source, budget), { decodedAs }) }
    return now.source
  }
  return decodedAs({})
}
