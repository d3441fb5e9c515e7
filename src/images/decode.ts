import sharp from 'sharp'
import { decodeJpeg } from './jpeg.js'
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
  /**
   * The short side becomes this long, in px; smaller pictures are never enlarged. Plain JPEGs are only halved as long as
   * the short side keeps at least so many px, so theirs may be up to twice as long.
   */
  shrinkTo?: number
  /** 1 (grey), 3 (sRGB, the default), or a number of bands that pictures must have */
  channels?: number
  /** value of full brightness; above 255 values have 16 bits */
  maximum?: number
}

/** An encoded picture: the path of its file, or its bytes. */
export type Encoded = string | Uint8Array

/**
 * Decodes the first frame of a picture to upright pixels, alpha flattened on white.
 * A path goes to libvips as it is, so that reading and decoding are one task of one libuv thread and go on while the
 * main thread is blocked.
 * @param name for messages
 * @throws PictureError
 */
export async function decode(
  from: Encoded,
  options: DecodeOptions = {},
  name = nameOf(from),
): Promise<Picture> {
  const { channels = 3, maximum = 255, shrinkTo } = options
  if (maximum <= 255 && (channels === 1 || channels === 3)) {
    const picture = await decodeJpeg(from, { channels, ...(shrinkTo !== undefined && { shrinkTo }) })
    if (picture !== undefined) return picture
  }
  try {
    const image = sharp(from, INPUT).autoOrient()
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
    throw new PictureError(name, await reasonFor(from, error))
  }
}

/** What a picture's header states. */
export interface Header {
  /** upright, in px */
  width: number
  height: number
  /** as they would be read without being told: 1, 3, or the number of bands; alpha does not count */
  channels: number
  /** value of full brightness: 255, or 65535 for 16 bits */
  maximum: number
  /** frames or pages */
  pages: number
  format: string
}

/**
 * Reads a picture's header.
 * @throws PictureError
 */
export async function readHeader(from: Encoded, name = nameOf(from)): Promise<Header> {
  try {
    const { width, height, pages = 1, format } = await sharp(from, INPUT).metadata()
    return { width, height, channels: 3, maximum: 255, pages, format }
  } catch (error) {
    throw new PictureError(name, await reasonFor(from, error))
  }
}

function nameOf(from: Encoded): string {
  return typeof from === 'string' ? from : 'picture'
}
