/** Encoded pictures to what a model is shown, within bounds. */

import { readHeader } from '../../images/decode/decode.js'
import { MAX_PIXELS } from '../../images/decode/limits.js'
import { decode, PictureError } from '../../images/index.js'
import type { Picture } from '../../images/picture.js'
import type { Preprocessing } from '../model/preprocessing.js'

/** Where a model does not say to what side decoders may shrink: so many times the side that it sees. */
const SPARE = 4

/**
 * Decodes for a model; what waits to be encoded afterwards is at most a pixel longer than it is wide, however long the
 * picture is.
 * @param pixels that it may claim to have
 * @throws PictureError
 */
export async function decodeFor(
  bytes: Uint8Array,
  { channels, maximum, decodeTo, size, whole }: Preprocessing,
  pixels: number,
): Promise<Picture> {
  if (pixels < MAX_PIXELS) {
    const { width, height } = await readHeader(bytes)
    if (width * height > pixels)
      throw new PictureError(
        'picture',
        `it has ${width} × ${height} pixels where at most ${pixels / 1e6} million are taken`,
      )
  }
  const picture = await decode(bytes, { channels, maximum, shrinkTo: decodeTo ?? SPARE * size })
  return whole ? picture : centred(picture)
}

/**
 * The middle of a picture, at most a pixel longer than it is wide: as many rows or columns go on either side, so that a
 * centred square is cut out of the same pixels.
 */
export function centred(picture: Picture): Picture {
  const { data, width, height, channels } = picture
  const side = Math.min(width, height)
  const left = Math.floor((width - side) / 2)
  const top = Math.floor((height - side) / 2)
  if (left === 0 && top === 0) return picture
  const [w, h] = [width - 2 * left, height - 2 * top]
  const cut = new (data.constructor as new (length: number) => typeof data)(w * h * channels)
  for (let y = 0; y < h; y++) {
    const from = ((top + y) * width + left) * channels
    cut.set(data.subarray(from, from + w * channels), y * w * channels)
  }
  return { data: cut, width: w, height: h, channels }
}
