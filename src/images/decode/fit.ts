import type { Picture, Values } from '../picture.js'
import { type Bands, Unread } from './bands.js'

/**
 * Makes a picture one of a set's channels and bits.
 * - To 1 or 3 channels: alpha is flattened on white, grey is repeated, colour becomes its luma (Rec. 601).
 * - To any other number: the bands as they are, alpha among them.
 * - To 8 bits from more: scaled by the picture's own maximum.
 * - To more than 8 bits: 16-bit values as they are, at most the set's maximum; 8-bit values scaled to it.
 * @param channels 1, 3, or the number of bands that the picture must have
 * @param maximum the set's; up to 255 gives bytes, above it 16-bit values
 * @throws Unread when the picture has another number of channels
 */
export function fit(bands: Bands, channels: number, maximum: number): Picture {
  const top = Math.max(255, maximum)
  const flat = channels === 1 || channels === 3
  const colours = bands.channels - (flat && bands.alpha ? 1 : 0)
  if (flat ? colours !== 1 && colours !== 3 : colours !== channels)
    throw new Unread(otherChannels(colours, channels))
  const { width, height } = bands
  const same = bands.channels === channels && (bands.maximum === top || keeps(bands, top))
  if (same && maximum <= 255 === bands.data instanceof Uint8Array)
    return { data: clamped(bands, top), width, height, channels }
  const pixels = width * height
  const data = maximum > 255 ? new Uint16Array(pixels * channels) : new Uint8Array(pixels * channels)
  const scale = keeps(bands, top) ? 1 : top / bands.maximum
  const source = flat ? toned(bands, colours, channels, top / scale) : bands.data
  // rounding, and nothing above the set's maximum
  for (let at = 0; at < data.length; at++) data[at] = Math.min(top, (source[at] as number) * scale + 0.5)
  return { data, width, height, channels }
}

/** Says that a picture has another number of channels than its set. */
export function otherChannels(its: number, sets: number): string {
  return `it has ${its} ${its === 1 ? 'channel' : 'channels'} where the set has ${sets}`
}

// 16-bit values of a set stay as they are: a scanner's 12 bits are 0 to 4095 in every file
function keeps(bands: Bands, top: number): boolean {
  return bands.maximum > 255 && top > 255
}

function clamped({ data }: Bands, top: number): Values {
  if (data instanceof Uint16Array && top < 65535) {
    for (let at = 0; at < data.length; at++) data[at] = Math.min(top, data[at] as number)
  }
  return data
}

/** Flattened, then repeated or its luma; on the scale of the picture. */
function toned(bands: Bands, colours: number, channels: number, white: number): Float32Array | Values {
  const flat = bands.alpha ? flattened(bands, colours, white) : bands.data
  if (colours === channels) return flat
  const pixels = bands.width * bands.height
  const toned = new Float32Array(pixels * channels)
  for (let pixel = 0; pixel < pixels; pixel++) {
    if (channels === 3) toned.fill(flat[pixel] as number, 3 * pixel, 3 * pixel + 3)
    else {
      const [red, green, blue] = [flat[3 * pixel], flat[3 * pixel + 1], flat[3 * pixel + 2]]
      toned[pixel] = 0.299 * (red as number) + 0.587 * (green as number) + 0.114 * (blue as number)
    }
  }
  return toned
}

function flattened(bands: Bands, colours: number, white: number): Float32Array {
  const { data, width, height, channels, maximum } = bands
  const pixels = width * height
  const flat = new Float32Array(pixels * colours)
  for (let pixel = 0; pixel < pixels; pixel++) {
    const opacity = (data[pixel * channels + colours] as number) / maximum
    for (let colour = 0; colour < colours; colour++) {
      const value = data[pixel * channels + colour] as number
      flat[pixel * colours + colour] = value * opacity + white * (1 - opacity)
    }
  }
  return flat
}
