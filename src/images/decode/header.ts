import type { Metadata } from 'sharp'
import { PictureError } from '../picture.js'
import { type Bands, Unread } from './bands.js'
import { type Taken, takenIn } from './exif.js'
import { ownHeader } from './own-formats.js'
import { reasonFor } from './reason.js'
import { settled } from './settled.js'
import { type Encoded, nameOf, withStored } from './stored.js'
import { extraIsAlpha, type TiffFacts, tiffFacts } from './tiff.js'
import { has16Bits, rawBands, vipsHeader } from './vips.js'

/** What a picture's header states. */
export interface Header {
  /** upright, in px */
  width: number
  /** upright, in px */
  height: number
  /** as they would be read without being told: 1, 3, or the number of bands; alpha does not count */
  channels: number
  /** value of full brightness: 255, or 65535 for 16 bits */
  maximum: number
  /** frames or pages */
  pages: number
  /** as named in messages */
  format: string
  /** when and by which camera, where its EXIF says so */
  taken?: Taken
}

/**
 * Reads a picture's header.
 * @throws PictureError
 */
export async function readHeader(from: Encoded, name = nameOf(from)): Promise<Header> {
  try {
    const state = await settled(stateOf(from))
    if ('error' in state) {
      const own = await ownHeader(from)
      if (own === undefined) throw state.error
      return own
    }
    const { header, alpha } = state.value
    const { width, height } = header.autoOrient
    const bands = header.channels - (header.hasAlpha && alpha ? 1 : 0)
    const channels = header.space === 'cmyk' ? 3 : bands
    const maximum = has16Bits(header) ? 65535 : 255
    const taken = header.exif && takenIn(header.exif)
    return {
      ...(taken && { taken }),
      width,
      height,
      channels,
      maximum,
      pages: header.pages ?? 1,
      format: FORMATS[header.format] ?? header.format,
    }
  } catch (error) {
    throw new PictureError(name, await reasonFor(from, error))
  }
}

const FORMATS: Readonly<Record<string, string>> = {
  jpeg: 'JPEG',
  png: 'PNG',
  webp: 'WebP',
  gif: 'GIF',
  heif: 'AVIF',
  tiff: 'TIFF',
}

/** What libvips says of a picture. */
export interface State {
  header: Metadata
  /** what libvips takes for opacity is that */
  alpha: boolean
  /** of a TIFF with more bands than colours */
  facts?: TiffFacts
}

/** @throws libvips' error, or Unread for what is never read */
export async function stateOf(from: Encoded): Promise<State> {
  const header = await vipsHeader(from)
  if (header.format !== 'tiff' || !header.hasAlpha) return { header, alpha: true }
  const facts = await withStored(from, tiffFacts)
  return facts === undefined ? { header, alpha: true } : { header, alpha: extraIsAlpha(facts), facts }
}

/** All bands of the first page as they are stored. */
export async function bandsOf(from: Encoded, { header, facts }: State): Promise<Bands> {
  // libvips mixes up the rows of grey whose further bands are stored apart, but not those of RGB
  if (facts?.planar !== 2 || facts.photometric > 1) return await rawBands(from, header)
  if (facts.photometric === 0 || facts.samples < 3)
    throw new Unread('it is a TIFF of grey with a band stored apart, which is not read')
  return await withStored(from, async (stored) => {
    if (stored.size > MAX_BYTES) throw new Unread(`it takes more than ${MAX_BYTES / 2 ** 30} GiB`)
    const bytes = Buffer.from(await stored.at(0, stored.size))
    if (facts.bigEndian) bytes.writeUInt16BE(2, facts.photometricAt)
    else bytes.writeUInt16LE(2, facts.photometricAt)
    return await rawBands(bytes, await vipsHeader(bytes))
  })
}

const MAX_BYTES = 2 ** 30
