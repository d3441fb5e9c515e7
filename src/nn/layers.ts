import { noGrad, ops, type Tensor } from '../torch/index.js'
import { batchNormAct } from '../torch/kernels.js'
import { buffer, fanInUniform, kaimingNormal, parameter } from './init.js'
import type { Module, Pass } from './module.js'

/** y = x Wᵀ + b. `[N, in]` to `[N, out]`. */
export class Linear implements Module {
  readonly weight: Tensor
  readonly bias: Tensor | undefined

  constructor(inputs: number, outputs: number, options: { bias?: boolean } = {}) {
    this.weight = parameter(() => fanInUniform([outputs, inputs], inputs))
    this.bias = (options.bias ?? true) ? parameter(() => fanInUniform([outputs], inputs)) : undefined
  }

  forward(x: Tensor): Tensor {
    return ops.linear(x, this.weight, this.bias ?? null)
  }
}

export interface ConvOptions {
  stride?: number
  padding?: number
}

/** Square convolution without bias (a norm always follows). `[N, in, H, W]` to `[N, out, H', W']`. */
export class Conv2d implements Module {
  readonly weight: Tensor
  readonly #stride: number
  readonly #padding: number

  constructor(
    inputs: number,
    outputs: number,
    kernel: number,
    { stride = 1, padding = 0 }: ConvOptions = {},
  ) {
    // channels-last weights make every activation channels-last, the layout in which convolutions are fastest
    this.weight = parameter(() =>
      kaimingNormal(outputs, inputs, [kernel, kernel]).contiguous({ memory_format: 'channels_last' }),
    )
    this.#stride = stride
    this.#padding = padding
  }

  forward(x: Tensor): Tensor {
    return ops.conv2d(x, this.weight, { stride: this.#stride, padding: this.#padding })
  }
}

/** What a norm layer does after normalising, in the same pass over memory. */
export interface After {
  residual?: Tensor
  relu?: boolean
}

export interface Norm extends Module {
  forward(x: Tensor, pass: Pass, after?: After): Tensor
}

export interface BatchNormOptions {
  /** Weight of the new batch in the running statistics (1 - decay). */
  momentum?: number
  eps?: number
  /** Initial scale; 0 makes a residual branch start as nothing. */
  gamma?: number
}

/** Batch normalisation of `[N, C]` or `[N, C, H, W]`: Ioffe & Szegedy 2015 (arXiv 1502.03167). Float32 statistics. */
export class BatchNorm implements Norm {
  readonly weight: Tensor
  readonly bias: Tensor
  readonly running_mean: Tensor
  readonly running_var: Tensor
  readonly num_batches_tracked: Tensor
  readonly #momentum: number
  readonly #eps: number

  constructor(channels: number, { momentum = 0.1, eps = 1e-5, gamma = 1 }: BatchNormOptions = {}) {
    this.weight = parameter(() => ops.full([channels], gamma, { dtype: 'float32' }))
    this.bias = parameter(() => ops.zeros([channels]))
    this.running_mean = buffer(() => ops.zeros([channels]))
    this.running_var = buffer(() => ops.ones([channels]))
    this.num_batches_tracked = buffer(() => ops.zeros([], { dtype: 'int64' }))
    this.#momentum = momentum
    this.#eps = eps
  }

  forward(x: Tensor, { training }: Pass, { residual, relu = false }: After = {}): Tensor {
    if (training) noGrad(() => this.num_batches_tracked.add_(1))
    return batchNormAct(x, {
      residual,
      weight: this.weight,
      bias: this.bias,
      runningMean: this.running_mean,
      runningVar: this.running_var,
      training,
      momentum: this.#momentum,
      eps: this.#eps,
      relu,
    })
  }
}

/** Applies modules in order; an array of modules is a sequence and needs no class. */
export function forwardAll(modules: readonly Module[], x: Tensor, pass: Pass): Tensor {
  return modules.reduce((value, module) => module.forward(value, pass), x)
}

/** `[N, C, H, W]` to `[N, C]`. */
export function globalAveragePool(x: Tensor): Tensor {
  return x.mean([2, 3])
}
