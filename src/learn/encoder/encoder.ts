/** Choice 2, what turns a view into features: what an encoder is. No base class; any module that can do this will do. */
import type { Module, NormName, Pass } from '../../nn/index.js'
import type { Tensor } from '../../torch/index.js'

/** `[N, channels, H, W]` to one vector a picture, `[N, features]`. */
export interface Encoder extends Module {
  /** Length of the feature vector. */
  readonly features: number
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

/** An encoder as data; what a kind of encoder has no use for is ignored. */
export interface EncoderSpec {
  /** One of `ENCODERS`. */
  name: string
  /** Multiplies the channels of a ResNet. */
  width: number
  /** Norm of a convolutional encoder. */
  norm: NormName
  /** What the first layer of `small` and the ResNets begins with: noise, or the principal components of the pictures' patches. */
  firstLayer: 'random' | 'whitening'
  /** Side of a ViT's patches in pixels. */
  patch: number
  /** What a ViT's feature vector is: its class token, or the mean of its patch tokens. */
  pool: 'class' | 'mean'
  /** A ViT's position embeddings: trained, or fixed sines and cosines. */
  positions: 'learned' | 'fixed'
  /** Keeps a ViT's patch projection as it was initialised (MoCo v3). */
  frozenPatches: boolean
  /** Share of a ViT's residual branches that is dropped in training, rising to this at the last block. */
  dropPath: number
}

export interface EncoderOptions extends Omit<EncoderSpec, 'name'> {
  /** Channels of the pictures. */
  channels: number
  /** Side of the views in pixels. */
  size: number
  /** Whether a ViT needs the token that stands in for masked patches. */
  maskToken?: boolean
}

/** Makes an encoder for pictures of some kind; a user's own is such a function. */
export type EncoderFactory = (options: EncoderOptions) => Encoder
