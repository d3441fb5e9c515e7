/** A small picture for people, of one that is decoded already. */
import sharp from 'sharp'
import { displayed, type Picture } from '../../images/index.js'
import { THUMBNAIL } from '../store/format.js'

/** Up to this side PNG is no larger than JPEG, and is the picture itself. */
const EXACT = 32
const QUALITY = 80

/**
 * JPEG or, of pictures of up to 32 px, PNG.
 * @param maximum value of full brightness
 */
export async function thumbnailOf(picture: Picture, maximum: number): Promise<Uint8Array> {
  const { data, width, height, channels } = displayed(picture, maximum)
  const image = sharp(data, { raw: { width, height, channels } })
  if (Math.max(width, height) <= EXACT) return await image.png({ compressionLevel: 6 }).toBuffer()
  const small =
    Math.max(width, height) > THUMBNAIL
      ? image.resize({ width: THUMBNAIL, height: THUMBNAIL, fit: 'inside', kernel: 'cubic' })
      : image
  return await small.jpeg({ quality: QUALITY }).toBuffer()
}
