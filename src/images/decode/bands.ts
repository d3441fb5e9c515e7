import type { Values } from '../picture.js'

/** A picture as its file has it, before it is made to fit a set. */
export interface Bands {
  /** `height * width * channels`, interleaved; never above 255 in a Uint8Array, nor above `maximum` */
  data: Values
  /** upright, in px */
  width: number
  /** upright, in px */
  height: number
  /** alpha counts */
  channels: number
  /** value of full brightness: 255, or more in a Uint16Array */
  maximum: number
  /** the last channel is opacity, 0 to `maximum`, and the others are not multiplied by it */
  alpha: boolean
}

/** A picture that is not read; the message is one clause, such as 'the file is cut short'. */
export class Unread extends Error {
  override name = 'Unread'
}
