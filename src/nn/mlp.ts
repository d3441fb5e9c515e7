/** The heads of every method: linear layers with norms and activations between them. */
import { SelfsameError } from '../errors.js'
import type { Tensor } from '../torch/index.js'
import type { Norm } from './after.js'
import { Linear } from './layers.js'
import type { Module, Pass } from './module.js'
import { createNorm, type NormName, standardizesWeights } from './norm.js'

export interface MlpOptions {
  inputs: number
  hidden: number
  outputs: number
  /** Number of linear layers; all but the last are hidden ones. */
  layers?: number
  /** Norm after each hidden layer. */
  norm?: NormName
  /** Norm after the last layer. */
  outputNorm?: NormName
  /** Whether the last norm has a trained scale and shift. */
  outputAffine?: boolean
  activation?: 'relu' | 'gelu'
  /** Bias of the hidden linear layers. */
  bias?: boolean
  /** Bias of the last linear layer. */
  outputBias?: boolean
}

/**
 * Linear, norm, activation, … , Linear. `[N, inputs]` to `[N, outputs]`; without norms also `[N, L, inputs]`. The
 * defaults are BYOL's projector and predictor. Its parts are named `linear1`, `norm1`, `linear2`, … as in checkpoints.
 */
export class Mlp implements Module {
  declare readonly linear1: Linear
  declare readonly norm1: Norm;
  [linear: `linear${number}`]: Linear
  [norm: `norm${number}`]: Norm
  readonly #layers: number
  readonly #activation: 'relu' | 'gelu'

  constructor({
    inputs,
    hidden,
    outputs,
    layers = 2,
    norm = 'batch',
    outputNorm = 'none',
    outputAffine = true,
    activation = 'relu',
    bias = true,
    outputBias = false,
  }: MlpOptions) {
    this.#layers = layers
    this.#activation = activation
    let width = inputs
    for (let layer = 1; layer < layers; layer++) {
      this[`linear${layer}`] = new Linear(width, hidden, {
        bias,
        standardize: standardizesWeights(norm),
      })
      this[`norm${layer}`] = createNorm(norm, hidden)
      width = hidden
    }
    this[`linear${layers}`] = new Linear(width, outputs, {
      bias: outputBias,
      standardize: standardizesWeights(outputNorm),
    })
    this[`norm${layers}`] = createNorm(outputNorm, outputs, { affine: outputAffine })
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const last = this.#layers
    return this.#norm(last).forward(this.#linear(last).forward(this.upTo(x, pass, last - 1)), pass)
  }

  /**
   * What the first `count` hidden layers give, `[N, hidden]`, or `x` itself for 0: the middle of a head often makes
   * better features than its beginning (SimCLR v2, Chen et al. 2020, arXiv 2006.10029).
   * @throws SelfsameError when there are not so many
   */
  upTo(x: Tensor, pass: Pass, count: number): Tensor {
    if (count < 0 || count >= this.#layers) {
      throw new SelfsameError(
        `the head has ${this.#layers - 1} hidden layers, the output of the first ${count} was asked for`,
      )
    }
    let y = x
    for (let layer = 1; layer <= count; layer++) {
      const [z, norm] = [this.#linear(layer).forward(y), this.#norm(layer)]
      y = this.#activation === 'relu' ? norm.forward(z, pass, { relu: true }) : norm.forward(z, pass).gelu()
    }
    return y
  }

  #linear(layer: number): Linear {
    return this[`linear${layer}`] as Linear
  }

  #norm(layer: number): Norm {
    return this[`norm${layer}`] as Norm
  }
}
