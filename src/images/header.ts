import type { Metadata } from 'sharp'
import { ownHeader } from './own-formats.js'
import { PictureError } from './picture.js'
import { reasonFor } from './reason.js'
import { settled } from './settled.js'
import { type Encoded, nameOf, withStored } from './stored.js'
import { extraIsAlpha, tiffFacts } from './tiff.js'
import { has16Bits, vipsHeader } from './vips.js'

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
    return {
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
}

/** @throws libvips' error, or Unread for what is never read */
export async function stateOf(from: Encoded): Promise<State> {
  const header = await vipsHeader(from)
  if (header.format !== 'tiff' || !header.hasAlpha) return { header, alpha: true }
  const facts = await withStored(from, tiffFacts)
  return { header, alpha: facts === undefined || extraIsAlpha(facts) }
}
