import { SelfsameError } from '../errors.js'

/** 8-bit pixels, row by row, channels interleaved (HWC, values 0 to 255); shared between readers, so not to be written to. */
export interface Picture {
  /** `height * width * channels` bytes */
  data: Uint8Array
  /** px */
  width: number
  /** px */
  height: number
  /** 1 (grey) or 3 (sRGB) */
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
