import { type Picture, PictureError } from '../picture.js'
import { type Bands, Unread } from './bands.js'
import { fit, otherChannels } from './fit.js'
import { sniff } from './formats.js'
import { bandsOf, type State, stateOf } from './header.js'
import { decodeJpeg } from './jpeg.js'
import { readOwn } from './own-formats.js'
import { reasonFor } from './reason.js'
import { settled } from './settled.js'
import { type Encoded, nameOf } from './stored.js'
import { colourOf8Bits, colourOf16Bits, has16Bits, shrink } from './vips.js'

export { type Header, readHeader } from './header.js'
export type { Encoded }

/** How pictures are decoded. */
export interface DecodeOptions {
  /**
   * The short side becomes this long, in px; smaller pictures are never enlarged. Plain JPEGs are only shrunk
   * by what their decoder does by itself, so that their short side is at least so long: mostly up to one and a half
   * times, at most twice.
   */
  shrinkTo?: number
  /** 1 (grey), 3 (sRGB, the default), or a number of bands that pictures must have */
  channels?: number
  /** value of full brightness; above 255 values have 16 bits */
  maximum?: number
}

/**
 * Decodes the first frame of a picture to upright pixels: alpha is flattened on white for 1 and 3 channels, and any other
 * number of channels gives the bands as they are stored.
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
    const flat = channels === 1 || channels === 3
    if (!flat) return await asStored(from, channels, maximum, shrinkTo)
    return await asColour(from, channels, maximum, shrinkTo)
  } catch (error) {
    throw new PictureError(name, await reasonFor(from, error))
  }
}

async function asColour(
  from: Encoded,
  channels: number,
  maximum: number,
  shrinkTo: number | undefined,
): Promise<Picture> {
  // both at once, so that neither waits for the main thread
  const first = settled(maximum > 255 ? colourOf16Bits(from, shrinkTo) : colourOf8Bits(from, shrinkTo))
  const plain = maximum <= 255 && hasPlainName(from)
  const looked = plain ? undefined : settled(stateOf(from))
  const bands = await first
  if (plain && 'value' in bands) return fit(bands.value, channels, maximum)
  const state = await (looked ?? settled(stateOf(from)))
  if ('error' in state) {
    const own = await readOwn(from)
    if (own === undefined) throw state.error
    return await shrink(fit(own, channels, maximum), shrinkTo, maximum)
  }
  const { header, alpha } = state.value
  if (header.hasAlpha && !alpha) {
    const colours = await coloursOf(from, state.value, channels)
    return await shrink(fit(colours, channels, maximum), shrinkTo, maximum)
  }
  if (maximum > 255 && !has16Bits(header)) return fit(await colourOf8Bits(from, shrinkTo), channels, maximum)
  if ('error' in bands) throw bands.error
  // libvips takes 16 bits with a profile to another space than 8 bits
  const profiled = maximum <= 255 && has16Bits(header) && header.hasProfile
  const read = profiled ? await colourOf8Bits(from, shrinkTo, true) : bands.value
  return fit(read, channels, maximum)
}

/** Three bands, or RGB without a fourth band that is not opacity, such as infrared. */
async function coloursOf(from: Encoded, state: State, wanted: number): Promise<Bands> {
  const { channels, space } = state.header
  const rgb = space === 'srgb' || space === 'rgb16'
  if (channels !== 3 && !(channels === 4 && rgb)) throw new Unread(otherChannels(channels, wanted))
  const bands = await bandsOf(from, state)
  return channels === 3 ? bands : { ...bands, data: bands.data.filter((_, i) => i % 4 !== 3), channels: 3 }
}

async function asStored(
  from: Encoded,
  channels: number,
  maximum: number,
  shrinkTo: number | undefined,
): Promise<Picture> {
  const state = await settled(stateOf(from))
  let bands: Bands
  if ('error' in state) {
    const own = await readOwn(from)
    if (own === undefined) throw state.error
    bands = own
  } else {
    const { header } = state.value
    const its = header.space === 'cmyk' ? 3 : header.channels
    if (its !== channels) throw new Unread(otherChannels(its, channels))
    bands = await bandsOf(from, state.value)
  }
  return await shrink(fit(bands, channels, maximum), shrinkTo, maximum)
}

// of these libvips always makes what is wanted, so that the header need not be looked at
function hasPlainName(from: Encoded): boolean {
  if (typeof from === 'string') return /\.(?:jpe?g|jpe|jfif|webp|gif)$/i.test(from)
  const format = sniff(from.subarray(0, 18)) ?? ''
  return ['JPEG', 'WebP', 'GIF'].includes(format) || (format === 'PNG' && from[PNG_DEPTH] !== 16)
}

const PNG_DEPTH = 24
