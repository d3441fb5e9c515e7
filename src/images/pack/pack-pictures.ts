import sharp from 'sharp'
import { UsageError } from '../../errors.js'
import { setting } from '../../setting.js'
import { isPictureName, sniff } from '../decode/formats.js'
import { type Picture, PictureError } from '../picture.js'
import type { EncodedPicture, Source } from '../source.js'

const AHEAD = 16
const EXTENSIONS: Readonly<Record<string, string>> = { JPEG: 'jpg', TIFF: 'tif' }

/** A picture that is left out of a pack. */
export interface LeftOut {
  side: 'train' | 'test'
  /** in the set that is packed */
  index: number
  path: string
  /** one clause */
  reason: string
}

/**
 * Reads pictures from an index on in order, several ahead.
 * @returns for each what was made of it, or why it cannot be read
 */
export async function* inOrder<T>(
  source: Source,
  from: number,
  make: (index: number, picture: Picture) => T | Promise<T>,
): AsyncGenerator<T | PictureError, void, undefined> {
  const ahead: Promise<T | PictureError>[] = []
  const read = async (index: number) => {
    try {
      return await make(index, await source.read(index))
    } catch (error) {
      if (error instanceof PictureError) return error
      throw error
    }
  }
  for (let next = from, index = from; index < source.size; index++) {
    while (next < source.size && next < index + AHEAD) {
      const made = read(next++)
      // an error is thrown when its turn comes; until then it must not count as unhandled
      made.catch(() => {})
      ahead.push(made)
    }
    yield (await ahead.shift()) as T | PictureError
  }
}

/** @throws UsageError when pictures of the source can only be packed decoded */
export function checkEncodable({ name, channels, encoded }: Source): void {
  if (encoded || channels === 1 || channels === 3) return
  throw new UsageError(
    `pictures of ${name} have ${channels} channels where PNG in a tar keeps 1 or 3: pack them ${setting('decoded')}`,
  )
}

/** A picture as it is stored, with an extension by which it is known as one, or as PNG where it is no file. */
export async function encodedOf(source: Source, index: number, picture: Picture): Promise<EncodedPicture> {
  if (!source.encoded) return { bytes: await png(picture, source.maximum), extension: 'png' }
  const { bytes, extension } = await source.encoded(index)
  if (isPictureName(`x.${extension}`)) return { bytes, extension }
  const format = sniff(bytes.subarray(0, 64)) ?? 'png'
  return { bytes, extension: EXTENSIONS[format] ?? format.toLowerCase() }
}

/** The values as they are, in 8 or 16 bits: what full brightness is stands in the pack's record. */
async function png({ data, width, height, channels }: Picture, maximum: number): Promise<Uint8Array> {
  const wide = maximum > 255
  const image = sharp(data, { raw: { width, height, channels: channels as 1 | 3 } })
  const space = channels === 1 ? (wide ? 'grey16' : 'b-w') : wide ? 'rgb16' : 'srgb'
  return image.toColourspace(space).png({ compressionLevel: 6 }).toBuffer()
}
