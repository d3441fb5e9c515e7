import { noGrad, ops, type Tensor } from '../torch/index.js'
import { batchNormAct } from '../torch/kernels.js'
import { type After, EPS, type Norm, type NormOptions } from './after.js'
import { buffer, parameter } from './init.js'
import type { Pass } from './module.js'

export interface BatchNormOptions extends NormOptions {
  /** Weight of the new batch in the running statistics (1 - decay). */
  momentum?: number
  /** Added to the variance. */
  eps?: number
}

/** Batch normalisation of `[N, C]` or `[N, C, H, W]`: Ioffe & Szegedy 2015 (arXiv 1502.03167). Float32 statistics. */
export class BatchNorm implements Norm {
  readonly weight: Tensor | undefined
  readonly bias: Tensor | undefined
  readonly running_mean: Tensor
  readonly running_var: Tensor
  readonly num_batches_tracked: Tensor
  readonly #momentum: number
  readonly #eps: number

  constructor(
    channels: number,
    { momentum = 0.1, eps = EPS, gamma = 1, affine = true }: BatchNormOptions = {},
  ) {
    this.weight = affine ? parameter(() => ops.full([channels], gamma, { dtype: 'float32' })) : undefined
    this.bias = affine ? parameter(() => ops.zeros([channels])) : undefined
    this.running_mean = buffer(() => ops.zeros([channels]))
    this.running_var = buffer(() => ops.ones([channels]))
    this.num_batches_tracked = buffer(() => ops.zeros([], { dtype: 'int64' }))
    this.#momentum = momentum
    this.#eps = eps
  }

  forward(
    x: Tensor,
    { training, momentum = this.#momentum }: Pass,
    { residual, relu = false }: After = {},
  ): Tensor {
    if (training) noGrad(() => this.num_batches_tracked.add_(1))
    return batchNormAct(x, {
      residual,
      weight: this.weight,
      bias: this.bias,
      runningMean: this.running_mean,
      runningVar: this.running_var,
      training,
      momentum,
      eps: this.#eps,
      relu,
    })
  }
}
