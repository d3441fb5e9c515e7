/** How a picture becomes what an encoder sees. */
import type { Packed } from '../images/batches.js'
import type { Tensor } from '../torch/index.js'
import { centerCrops } from './crops.js'
import type { InputSpec } from './input.js'

/** In which floats the large products of a network are computed. */
export type Precision = 'float32' | 'bfloat16'

/** What belongs to an encoder as its weights do: with another of these its vectors are others. */
export interface Preprocess {
  /** Side in pixels of what the encoder sees. */
  size: number
  /** Side of the centred square that is cut out, as a share of the picture's short side. */
  share: number
  /** Of the pictures. */
  channels: number
  input: InputSpec
  /** In which the encoder computes. */
  precision: Precision
}

/**
 * The pictures of a batch, ready for an encoder.
 * @param dtype float32 unless given, in any precision: autocast rounds what an encoder sees
 * @returns `[N, C, size, size]`, standardised
 */
export function preprocess(
  batch: Packed,
  { size, share, input }: Preprocess,
  dtype: Precision = 'float32',
): Tensor {
  return centerCrops(batch, size, share, { ...input, dtype })
}
