/** Choice 2, what turns a view into features: an encoder as data, and how one is made. */
import type { Encoder } from '../../encode/encoder.js'
import type { NormName } from '../../nn/index.js'

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
