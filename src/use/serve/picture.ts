/** Encoded pictures to what a model is shown, within bounds. */
import { readHeader } from '../../images/decode/decode.js'
import { MAX_PIXELS } from '../../images/decode/limits.js'
import { PictureError } from '../../images/picture.js'
import { decodeFor } from '../model/decoding.js'
import type { Preprocessing } from '../model/preprocessing.js'
import { resample } from '../model/resample.js'

/**
 * Of a picture nothing is kept but what the encoder sees, so that whatever waits to be encoded is small.
 * @param pixels that it may claim to have
 * @returns float32 `[C, size, size]`
 * @throws PictureError
 */
export async function prepared(bytes: Uint8Array, how: Preprocessing, pixels: number): Promise<Float32Array> {
  const { channels, size } = how
  if (pixels < MAX_PIXELS) {
    const { width, height } = await readHeader(bytes)
    if (width * height > pixels)
      throw new PictureError(
        'picture',
        `it has ${width} × ${height} pixels where at most ${pixels / 1e6} million are taken`,
      )
  }
  const picture = await decodeFor(bytes, how)
  const values = new Float32Array(channels * size * size)
  resample(picture, how, values)
  return values
}
