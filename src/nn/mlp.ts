import type { Tensor } from '../torch/index.js'
import { BatchNorm, Linear } from './layers.js'
import type { Module, Pass } from './module.js'

export interface MlpOptions {
  inputs: number
  hidden: number
  outputs: number
  /** Norm between the layers. */
  norm?: 'batch' | 'none'
}

/** Linear, norm, ReLU, Linear without bias or norm: BYOL's projector and predictor. `[N, inputs]` to `[N, outputs]`. */
export class Mlp implements Module {
  readonly linear1: Linear
  readonly norm1: BatchNorm | undefined
  readonly linear2: Linear

  constructor({ inputs, hidden, outputs, norm = 'batch' }: MlpOptions) {
    this.linear1 = new Linear(inputs, hidden)
    this.norm1 = norm === 'batch' ? new BatchNorm(hidden) : undefined
    this.linear2 = new Linear(hidden, outputs, { bias: false })
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const y = this.linear1.forward(x)
    return this.linear2.forward(this.norm1 ? this.norm1.forward(y, pass, { relu: true }) : y.relu())
  }
}
