/** What every norm layer of convolutional networks and heads is, for `[N, C]` and `[N, C, H, W]`. */
import type { Tensor } from '../torch/index.js'
import type { Module, Pass } from './module.js'

/** What a norm layer does after normalising, in the same pass over memory where it can. */
export interface After {
  /** Added before the ReLU; of the shape of the input. */
  residual?: Tensor
  relu?: boolean
}

export interface Norm extends Module {
  /** `relu(norm(x) + residual)`, of the shape and dtype of `x`. */
  forward(x: Tensor, pass: Pass, after?: After): Tensor
}

export interface NormOptions {
  /** Initial scale; 0 makes a residual branch start as nothing. */
  gamma?: number
  /** A trained scale and shift for each channel; default true. */
  affine?: boolean
}

/** Added to every variance; PyTorch's default. */
export const EPS = 1e-5

/** What comes after normalising, one operator after another. */
export function finish(y: Tensor, { residual, relu = false }: After = {}): Tensor {
  const sum = residual ? y.add(residual) : y
  return relu ? sum.relu() : sum
}
