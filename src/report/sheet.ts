import sharp, { type Sharp } from 'sharp'
import { SelfsameError } from '../errors.js'
import type { Thumb } from './types.js'

/** Decoded pixels, rows from the top, channels interleaved (`[height, width, channels]`, uint8). */
export interface Pixels {
  data: Uint8Array
  width: number
  height: number
  channels: 1 | 3
}

// WebP's own limit for a side
const webpSide = 16383
const atOnce = 64

/**
 * Encodes a picture so that its longer side is at most `size` pixels; it is never enlarged. Tiny pictures become PNG, whose
 * pixels stay exact, others JPEG.
 *
 * @throws {SelfsameError} when the bytes do not fit the size given
 */
export async function thumbnail(pixels: Pixels, size: number): Promise<Thumb> {
  const image = open(pixels).resize({ width: size, height: size, fit: 'inside', withoutEnlargement: true })
  const tiny = Math.min(size, Math.max(pixels.width, pixels.height)) <= 64
  const encoded = tiny
    ? image.png({ compressionLevel: 9 })
    : image.jpeg({ quality: 82, chromaSubsampling: '4:4:4' })
  const { data, info } = await encoded.toBuffer({ resolveWithObject: true })
  return { bytes: data, type: tiny ? 'image/png' : 'image/jpeg', width: info.width, height: info.height }
}

/**
 * Puts pictures into one sheet of square tiles, row by row; each is cropped about its centre to fill its tile. A sheet of
 * 1,000 small tiles weighs a few hundred kilobytes.
 *
 * @param tile side of a tile in pixels
 * @throws {SelfsameError} when there is no picture, or bytes do not fit the size given
 */
export async function sheet(list: readonly Pixels[], tile: number, columns: number): Promise<Thumb> {
  if (list.length === 0 || tile < 1 || columns < 1) {
    throw new SelfsameError(
      `a sheet needs at least one picture, tile and column, but got ${list.length}, ${tile} and ${columns}: leave the map out`,
    )
  }
  const tiles: Buffer[] = []
  for (let start = 0; start < list.length; start += atOnce)
    tiles.push(
      ...(await Promise.all(list.slice(start, start + atOnce).map((pixels) => square(pixels, tile)))),
    )
  const across = Math.min(columns, list.length)
  const [width, height] = [across * tile, Math.ceil(list.length / across) * tile]
  // one picture is nothing to join
  const image = tiles.length > 1 ? sharp(tiles, { join: { across } }) : sharp(tiles[0])
  const fits = Math.max(width, height) <= webpSide
  const bytes = await (fits ? image.webp({ quality: 80 }) : image.jpeg({ quality: 80 })).toBuffer()
  return { bytes, type: fits ? 'image/webp' : 'image/jpeg', width, height }
}

async function square(pixels: Pixels, tile: number): Promise<Buffer> {
  return open(pixels)
    .resize({ width: tile, height: tile, fit: 'cover' })
    .toColourspace('srgb')
    .removeAlpha()
    .png({ compressionLevel: 0 })
    .toBuffer()
}

function open({ data, width, height, channels }: Pixels): Sharp {
  if (data.length !== width * height * channels || data.length === 0) {
    throw new SelfsameError(
      `a picture of ${width}×${height} with ${channels} channels needs ${width * height * channels} bytes, but got ${data.length}: pass its pixels as [height, width, channels]`,
    )
  }
  return sharp(data, { raw: { width, height, channels } })
}
