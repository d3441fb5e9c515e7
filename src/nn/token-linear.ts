import { ops, type Tensor } from '../torch/index.js'
import { parameter } from './init.js'
import type { Module } from './module.js'

/** Deviation of a transformer's initial weights: Devlin et al. 2018 (arXiv 1810.04805), DINO, timm. */
const DEVIATION = 0.02

/** Fills a new tensor with normal numbers of deviation 0.02. */
export function transformerNormal(shape: readonly number[]): Tensor {
  // timm's truncation lies at ±2, a hundred deviations away
  return ops.empty(shape).normal_(0, DEVIATION)
}

/** A linear layer for tokens, `[N, L, in]` to `[N, L, out]`: starts normal with deviation 0.02, its bias at 0, as DINO. */
export class TokenLinear implements Module {
  readonly weight: Tensor
  readonly bias: Tensor

  constructor(inputs: number, outputs: number) {
    this.weight = parameter(() => transformerNormal([outputs, inputs]))
    this.bias = parameter(() => ops.zeros([outputs]))
  }

  forward(x: Tensor): Tensor {
    return ops.linear(x, this.weight, this.bias)
  }
}
