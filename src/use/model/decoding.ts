/** Files of pictures to pixels for an encoder, the same wherever they are read. */
import { decode, type Encoded } from '../../images/decode/decode.js'
import type { Picture } from '../../images/picture.js'
import type { Preprocessing } from './preprocessing.js'

/** Decoders leave the short side at least so many times as long as what the encoder sees of it, and so many px. */
const TIMES = 6
const LEAST = 512

/**
 * Short side to which decoders may shrink, px. In training `decodeTo` is less, as what is learned from does not hang on it. Here it
 * does: decoders shrink each in their own way, and browsers not at all. At three times the size that made a cosine distance of up
 * to 0.04 between one picture's vectors; at these bounds a photograph of 12 megapixels has 3e-4 at most, and most pictures, which
 * are not shrunk, none.
 */
export function decodeSide({ size, share, decodeTo = 0 }: Preprocessing): number {
  return Math.max(decodeTo, LEAST, Math.ceil((TIMES * size) / share))
}

/** @throws PictureError */
export function decodeFor(from: Encoded, how: Preprocessing, name?: string): Promise<Picture> {
  const { channels, maximum } = how
  return decode(from, { channels, maximum, shrinkTo: decodeSide(how) }, name)
}
