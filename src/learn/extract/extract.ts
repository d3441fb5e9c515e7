/** Choice 3, which part of the encoder's output is compared: what an extraction is. */

import type { Encoder } from '../../encode/encoder.js'
import type { Pass } from '../../nn/index.js'
import type { Tensor } from '../../torch/index.js'
import type { HeadSpec } from '../settings-schema.js'

/** What a network makes of one view; all tensors float32. */
export interface Output {
  /** The projection, `[N, D]`: what is compared unless a loss asks for more; collapse is measured on it. */
  vector: Tensor
  /** What the online network predicts of the other view's vector, `[N, D]`: the vector itself without a predictor. */
  prediction: Tensor
}

/** One view as a network gets it. */
export interface Input {
  /** Standardised pixels `[N, C, H, W]`: float32, or bfloat16 in that precision unless the extraction asks for `pixels`. */
  x: Tensor
  /** Bool `[N, L]`: the patches in question. */
  mask?: Tensor | undefined
  /** Whether this network must do without those patches; the target sees them. */
  hidden: boolean
}

/** What heads are built from besides the encoder. */
export interface HeadContext {
  projector: HeadSpec
  /** Side of a full-size view in pixels. */
  size: number
  channels: number
}

/** What an encoder must be able to give. */
export type Need = 'vector' | 'maps' | 'tokens' | 'cells' | 'beside'

/**
 * How a network's output is taken and projected.
 * `Heads` is any object of modules and tensors; they are saved and trained under `projector`.
 */
export interface Extract<
  O extends Output = Output,
  E extends Encoder = Encoder,
  Heads extends object = object,
> {
  name: string
  needs: Need
  /** What it does with masks: `token` puts the encoder's mask token in hidden patches' places; `leave out` needs as many hidden in every picture. */
  masks?: 'token' | 'leave out'
  /** What it makes needs the pixels as they are, so they come as float32 in any precision. */
  pixels?: boolean
  /** There are no heads: what is compared is as long as the encoder's features, whatever `projector` says. */
  headless?: boolean
  /** The heads are one `Mlp`, whose first layers may stay on the encoder. */
  layered?: boolean
  heads(encoder: E, context: HeadContext): Heads
  /** One view through encoder and heads. `prediction` is filled in by the step where there is a predictor. */
  embed(encoder: E, heads: Heads, input: Input, pass: Pass): O
  /** Features `[N, encoder.features]` to judge and use, where it is not the encoder's pooled vector of the whole picture. */
  represent?(encoder: E, x: Tensor, pass: Pass): Tensor
  /**
   * Of features that begin with numbers in closed form, which stay as they are once training by gradients begins: how many, the others by
   * themselves, and both parts as they stand in the features, one after the other.
   */
  closed?: { first(encoder: E): number; others(encoder: E): Encoder; parts(encoder: E): [Encoder, Encoder] }
}
