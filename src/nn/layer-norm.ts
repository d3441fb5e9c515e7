import { ops, type Tensor } from '../torch/index.js'
import { parameter } from './init.js'
import type { Module } from './module.js'

/** Layer normalisation over the last dimension, `[…, dim]`: Ba et al. 2016 (arXiv 1607.06450). */
export class LayerNorm implements Module {
  readonly weight: Tensor
  readonly bias: Tensor
  readonly #eps: number

  /** @param eps added to the variance; 1e-6 is timm's choice for transformers */
  constructor(dim: number, { eps = 1e-6 }: { eps?: number } = {}) {
    this.weight = parameter(() => ops.ones([dim]))
    this.bias = parameter(() => ops.zeros([dim]))
    this.#eps = eps
  }

  forward(x: Tensor): Tensor {
    return ops.layer_norm(x, this.weight.shape, this.weight, this.bias, this.#eps)
  }
}
