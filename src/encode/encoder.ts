/** What an encoder is. No base class; any module that can do this will do. */
import type { Module, Pass } from '../nn/index.js'
import type { Tensor } from '../torch/index.js'

/** `[N, channels, H, W]` to one vector a picture, `[N, features]`. */
export interface Encoder extends Module {
  /** Length of the feature vector. */
  readonly features: number
  /** Whether it takes what it begins with from the first pictures it sees, in a pass with `initialize`. */
  readonly startsFromPictures?: boolean
}

/** An encoder that also shows its feature maps, for methods that compare places. */
export interface MapEncoder extends Encoder {
  /** Channels of each of `maps`. */
  readonly mapChannels: readonly number[]
  /** `[N, C, h, w]` at several depths, the finest first; the last is what `forward` pools. */
  maps(x: Tensor, pass: Pass): Tensor[]
  /** The last of the maps to `[N, features]`. */
  pool(map: Tensor): Tensor
}

export interface TokenOptions {
  /** Bool `[N, L]`: patches that are replaced by the learned mask token before the first block. */
  mask?: Tensor | undefined
  /** Int64 `[N, K]`: the only patches that are looked at; without it all L. */
  visible?: Tensor | undefined
}

/** A vision transformer: one token for the whole, one for each patch. */
export interface TokenEncoder extends Encoder {
  /** Side of a patch in pixels. */
  readonly patch: number
  /** After the last norm: `[N, 1 + L, features]`, the class token first; with `visible` `[N, 1 + K, features]`. */
  tokens(x: Tensor, pass: Pass, options?: TokenOptions): Tensor
  /** The class or mean token of `tokens`, `[N, features]`. */
  pool(tokens: Tensor): Tensor
  /** Self-attention of the last block in evaluation mode, `[N, heads, 1 + L, 1 + L]`, rows summing to 1. */
  attention(x: Tensor): Tensor
}
