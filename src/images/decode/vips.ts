import sharp, { type Metadata, type Sharp } from 'sharp'
import type { Picture, Values } from '../picture.js'
import { type Bands, Unread } from './bands.js'
import { MAX_BANDS, MAX_PIXELS, MAX_SECONDS, MAX_VALUES } from './limits.js'
import type { Encoded } from './stored.js'

// one thread a picture: several reads in flight use the cores better than several threads on one picture
sharp.concurrency(1)
// libvips would keep files open and serve a changed file from its memory
sharp.cache(false)
// drawings and libvips' own files, whatever their name: neither is a picture, and a drawing may take any time
sharp.block({ operation: ['VipsForeignLoadSvg', 'VipsForeignLoadVips'] })

// 'error' sets truncated and damaged files aside but reads those with mere blemishes outside the pixels
const INPUT = {
  failOn: 'error',
  limitInputPixels: MAX_PIXELS,
  limitInputChannels: MAX_BANDS,
} as const

/** What libvips says of a picture without decoding it. @throws libvips' error, or Unread for what is never read */
export async function vipsHeader(from: Encoded): Promise<Metadata> {
  const header = await sharp(from, INPUT).metadata()
  const values = VALUES[header.depth]
  if (values !== undefined && header.space !== 'labs')
    throw new Unread(`its values are ${values}, which are not read`)
  return header
}

const VALUES: Readonly<Record<string, string>> = {
  char: 'signed 8-bit numbers',
  short: 'signed 16-bit numbers',
  uint: '32-bit numbers',
  int: 'signed 32-bit numbers',
  float: '32-bit floating-point numbers',
  double: '64-bit floating-point numbers',
  complex: 'complex numbers',
  dpcomplex: 'complex numbers',
}

/** True where a picture is stored in 16 bits of grey or RGB. */
export function has16Bits({ depth, space }: Metadata): boolean {
  return depth === 'ushort' && (space === 'grey16' || space === 'rgb16' || space === 'multiband')
}

/**
 * The first frame as 8-bit sRGB, alpha flattened on white.
 * @param narrow bring 16 bits to 8 before the profile is followed
 */
export async function colourOf8Bits(from: Encoded, shrinkTo?: number, narrow = false): Promise<Bands> {
  const input = sharp(from, INPUT).autoOrient()
  if (narrow) input.pipelineColourspace('srgb')
  const image = shrunk(input, shrinkTo).flatten({ background: '#ffffff' }).toColourspace('srgb')
  const bands = await values(image, 'uchar')
  if (bands.channels !== 3) throw new Error(`it decodes to ${bands.channels} channels`)
  return bands
}

/** The first frame as RGB of 16 bits with alpha, the values as they are stored. Only for what is stored in 16 bits. */
export async function colourOf16Bits(from: Encoded, shrinkTo?: number): Promise<Bands> {
  // a conversion by the profile would change what the values measure
  const image = shrunk(sharp(from, { ...INPUT, ignoreIcc: true }).autoOrient(), shrinkTo).toColourspace(
    'rgb16',
  )
  const bands = await values(image, 'ushort')
  return { ...bands, alpha: bands.channels === 4 }
}

/** All bands of the first page as they are stored. */
export async function rawBands(from: Encoded, header: Metadata): Promise<Bands> {
  const { space, channels, depth, width, height } = header
  if (width * height * channels > MAX_VALUES)
    throw new Unread(`it claims more than ${MAX_VALUES / 1e6} million values`)
  // grey of 8 bits would be cut down to its first band
  const target = space === 'b-w' ? 'grey16' : space
  const wide = target === 'grey16' || depth === 'ushort'
  const image = sharp(from, { ...INPUT, ignoreIcc: true })
    .autoOrient()
    .toColourspace(target)
  const bands = await values(image, wide ? 'ushort' : 'uchar')
  // libvips turns 8 bits into 16 by 257
  if (wide && depth === 'uchar') {
    const narrow = new Uint8Array(bands.data.length)
    for (let at = 0; at < narrow.length; at++) narrow[at] = (bands.data[at] as number) / 257
    return { ...bands, data: narrow, maximum: 255 }
  }
  return bands
}

/**
 * Makes the short side of a decoded picture at most `shrinkTo` px long; three bands at a time or each by itself, as
 * libvips would take a second or fourth one for opacity.
 * @param maximum of 16-bit values
 */
export async function shrink(
  picture: Picture,
  shrinkTo: number | undefined,
  maximum: number,
): Promise<Picture> {
  const { data, width, height, channels } = picture
  if (shrinkTo === undefined || Math.min(width, height) <= shrinkTo) return picture
  const wide = data instanceof Uint16Array
  const parts = channels % 3 === 0 ? 3 : 1
  const space = parts === 3 ? (wide ? 'rgb16' : 'srgb') : wide ? 'grey16' : 'b-w'
  const part = wide ? new Uint16Array(width * height * parts) : new Uint8Array(width * height * parts)
  let small: Picture | undefined
  for (let first = 0; first < channels; first += parts) {
    copyBands(data, channels, first, part, parts, 0, parts)
    const image = sharp(part, { raw: { width, height, channels: parts }, limitInputPixels: MAX_PIXELS })
    const done = await values(shrunk(image, shrinkTo).toColourspace(space), wide ? 'ushort' : 'uchar')
    const length = done.width * done.height * channels
    small ??= {
      ...picture,
      data: wide ? new Uint16Array(length) : new Uint8Array(length),
      width: done.width,
      height: done.height,
    }
    // sharpening at edges may go beyond what 16-bit values of the set can be
    if (wide && maximum < 65_535) done.data = done.data.map((value) => Math.min(value, maximum))
    copyBands(done.data, parts, 0, small.data, channels, first, parts)
  }
  return small ?? picture
}

function copyBands(
  from: Values,
  fromChannels: number,
  fromFirst: number,
  to: Values,
  toChannels: number,
  toFirst: number,
  count: number,
): void {
  const pixels = from.length / fromChannels
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let band = 0; band < count; band++) {
      to[pixel * toChannels + toFirst + band] = from[pixel * fromChannels + fromFirst + band] as number
    }
  }
}

function shrunk(image: Sharp, side: number | undefined): Sharp {
  if (side === undefined) return image
  return image.resize({ width: side, height: side, fit: 'outside', withoutEnlargement: true })
}

async function values(image: Sharp, depth: 'uchar' | 'ushort'): Promise<Bands> {
  const { data, info } = await image
    .raw({ depth })
    .timeout({ seconds: MAX_SECONDS })
    .toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  return {
    data: view(data, depth),
    width,
    height,
    channels,
    maximum: depth === 'uchar' ? 255 : 65535,
    alpha: false,
  }
}

function view(data: Buffer, depth: 'uchar' | 'ushort'): Values {
  if (depth === 'uchar') return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  // small buffers may come from Node's pool, at an odd place
  if (data.byteOffset % 2 === 0) return new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2)
  return new Uint16Array(Uint8Array.from(data).buffer)
}
