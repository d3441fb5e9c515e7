import sharp from 'sharp'
import { type Picture, PictureError } from './picture.js'
import { MAX_PIXELS, MAX_SECONDS, reasonFor } from './reason.js'

// one thread a picture: several reads in flight use the cores better than several threads on one picture
sharp.concurrency(1)
// libvips would keep files open and serve a changed file from its memory
sharp.cache(false)

// 'error' sets truncated and damaged files aside but reads those with mere blemishes outside the pixels
const INPUT = { failOn: 'error', limitInputPixels: MAX_PIXELS } as const

/** How pictures are decoded. */
export interface DecodeOptions {
  /** the short side is at most this long, in px; smaller pictures are never enlarged */
  shrinkTo?: number
}

/**
 * Decodes the first frame of a picture file to upright 8-bit sRGB, alpha flattened on white.
 * The path goes to libvips as it is, so that reading and decoding are one task of one libuv thread and go on
 * while the main thread is blocked.
 * @returns a picture of 3 channels
 * @throws PictureError
 */
export async function decode(path: string, options: DecodeOptions = {}, name = path): Promise<Picture> {
  try {
    const image = sharp(path, INPUT).autoOrient()
    if (options.shrinkTo !== undefined) {
      const side = options.shrinkTo
      image.resize({ width: side, height: side, fit: 'outside', withoutEnlargement: true })
    }
    const { data, info } = await image
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .timeout({ seconds: MAX_SECONDS })
      .toBuffer({ resolveWithObject: true })
    if (info.channels !== 3) throw new PictureError(name, `it decodes to ${info.channels} channels`)
    const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    return { data: pixels, width: info.width, height: info.height, channels: 3 }
  } catch (error) {
    if (error instanceof PictureError) throw error
    throw new PictureError(name, await reasonFor(path, error))
  }
}

/**
 * The short side in px that a file's header states.
 * @throws PictureError
 */
export async function shortSide(path: string, name = path): Promise<number> {
  try {
    const { width, height } = await sharp(path, INPUT).metadata()
    return Math.min(width, height)
  } catch (error) {
    throw new PictureError(name, await reasonFor(path, error))
  }
}
