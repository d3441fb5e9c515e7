import { SelfsameError } from '../errors.js'

/** Values of pixels: bytes, or 16 bits where a source's `maximum` is above 255. */
export type Values = Uint8Array | Uint16Array

/** Pixels row by row, channels interleaved (HWC); shared between readers, so not to be written to. */
export interface Picture {
  /** `height * width * channels` values, 0 to the source's `maximum` */
  data: Values
  /** px */
  width: number
  /** px */
  height: number
  /** 1 (grey), 3 (sRGB), or as many bands as the source has */
  channels: number
}

/** A picture that cannot be read; `reason` is one clause, such as 'the file is cut short'. */
export class PictureError extends SelfsameError {
  override name = 'PictureError'
  readonly path: string
  readonly reason: string

  constructor(path: string, reason: string) {
    super(`picture '${path}' cannot be read: ${reason}`)
    this.path = path
    this.reason = reason
  }
}
