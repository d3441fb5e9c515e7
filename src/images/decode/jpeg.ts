import { type Native, native } from '../../torch/native.js'
import type { Picture } from '../picture.js'
import { MAX_PIXELS } from './limits.js'

/** What is asked of a plain JPEG. */
export interface JpegOptions {
  /** 1 (grey, or colour's luma by Rec. 601) or 3 (sRGB) */
  channels: 1 | 3
  /**
   * The decoder halves both sides as long as the short one keeps at least this many px, and takes three quarters where
   * half again would be left; full size by default.
   */
  shrinkTo?: number
}

// files that can be passed over without being opened; all others are judged by their first bytes
const OTHERS = /\.(?:a?png|webp|gif|avifs?|tiff?|bmp|hei[cf]|jp2|jxl)$/i

/** The libjpeg-turbo that plain JPEGs are decoded with, such as `libjpeg-turbo 2.1.5`, or `sharp` without one. */
export function jpegDecoder(): string {
  return decoder()?.jpeg ?? 'sharp'
}

/**
 * Decodes a plain JPEG upright: 8 bits, baseline or progressive, grey or YCbCr, in sRGB by its profile or without one.
 * At full size the pixels are sharp's, bit for bit. Reading and decoding are one task of one libuv thread.
 * @returns undefined where `from` is anything else or damaged in the least, or the addon cannot do it: sharp then reads
 * it, or says why not
 */
export async function decodeJpeg(
  from: string | Uint8Array,
  { channels, shrinkTo = 0 }: JpegOptions,
): Promise<Picture | undefined> {
  if (typeof from === 'string' ? OTHERS.test(from) : from[0] !== 0xff || from[1] !== 0xd8) return undefined
  const pixels = await decoder()?.decodeJpeg?.(from, channels, shrinkTo, MAX_PIXELS)
  if (pixels === undefined) return undefined
  const { data, width, height } = pixels
  return { data, width, height, channels }
}

let found: { addon: Native | undefined } | undefined

/** Pictures are read without libtorch too, by sharp alone; so they are where `SELFSAME_JPEG=sharp` asks for it. */
function decoder(): Native | undefined {
  if (process.env.SELFSAME_JPEG === 'sharp') return undefined
  found ??= { addon: addonOrNothing() }
  return found.addon
}

function addonOrNothing(): Native | undefined {
  try {
    return native()
  } catch {
    return undefined
  }
}
