import { noGrad, ops, scope, type Tensor } from '../torch/index.js'
import { conv3x3, firstConv2d } from '../torch/kernels.js'
import { fanInUniform, kaimingNormal, parameter } from './init.js'
import type { Module, Pass } from './module.js'
import { principalFilters } from './whitening.js'

export interface LinearOptions {
  bias?: boolean
  /** Computes with weights of mean 0 and deviation 1 for each output: Qiao et al. 2019 (arXiv 1903.10520). */
  standardize?: boolean
}

/** y = x Wᵀ + b. `[…, in]` to `[…, out]`; starts uniform within 1/sqrt(inputs), as PyTorch. */
export class Linear implements Module {
  readonly weight: Tensor
  readonly bias: Tensor | undefined
  readonly #standardize: boolean

  constructor(inputs: number, outputs: number, { bias = true, standardize = false }: LinearOptions = {}) {
    this.weight = parameter(() => fanInUniform([outputs, inputs], inputs))
    this.bias = bias ? parameter(() => fanInUniform([outputs], inputs)) : undefined
    this.#standardize = standardize
  }

  forward(x: Tensor): Tensor {
    return ops.linear(x, this.#standardize ? standardized(this.weight) : this.weight, this.bias ?? null)
  }
}

export interface ConvOptions {
  stride?: number
  padding?: number | readonly [down: number, across: number]
  /** Default false: a norm usually follows. */
  bias?: boolean
  /** Computes with weights of mean 0 and deviation 1 for each output: Qiao et al. 2019 (arXiv 1903.10520). */
  standardize?: boolean
  /**
   * `he`: normal over the fan-out, as torchvision's ResNets; `fan-in`: uniform, PyTorch's default; `zero`; `whitening`: as `he`,
   * until a pass with `initialize` shows it pictures (`principalFilters`). Default `he`.
   */
  init?: 'he' | 'fan-in' | 'zero' | 'whitening'
}

/** Convolution with a kernel of one side or two, height first. `[N, in, H, W]` to `[N, out, H', W']`. */
export class Conv2d implements Module {
  readonly weight: Tensor
  readonly bias: Tensor | undefined
  readonly #stride: readonly [number, number]
  readonly #padding: readonly [number, number]
  readonly #standardize: boolean
  readonly #whitening: boolean

  constructor(
    inputs: number,
    outputs: number,
    kernel: number | readonly [number, number],
    { stride = 1, padding = 0, bias = false, standardize = false, init = 'he' }: ConvOptions = {},
  ) {
    const sides = both(kernel)
    const fanIn = inputs * sides[0] * sides[1]
    const shape = [outputs, inputs, ...sides]
    const he = () => kaimingNormal(outputs, inputs, sides)
    const make = {
      he,
      whitening: he,
      'fan-in': () => fanInUniform(shape, fanIn),
      zero: () => ops.zeros(shape),
    }[init]
    // channels-last weights make every activation channels-last, the layout in which convolutions are fastest
    this.weight = parameter(() => make().contiguous({ memory_format: 'channels_last' }))
    this.bias = bias ? parameter(() => fanInUniform([outputs], fanIn)) : undefined
    this.#stride = both(stride)
    this.#padding = both(padding)
    this.#standardize = standardize
    // a component that is all of one sign has next to nothing left once its mean is taken away
    this.#whitening = init === 'whitening' && !standardize
  }

  forward(x: Tensor, { initialize = false }: Partial<Pass> = {}): Tensor {
    if (initialize && this.#whitening) this.#fit(x)
    const weight = this.#standardize ? standardized(this.weight) : this.weight
    const [stride, padding] = [this.#stride, this.#padding]
    if (!this.bias && (weight.shape[1] as number) <= FEW) return firstConv2d(x, weight, { stride, padding })
    if (!this.bias && isSame3x3(weight.shape, stride, padding)) return conv3x3(x, weight)
    return ops.conv2d(x, weight, { bias: this.bias ?? null, stride, padding })
  }

  /** Filters beyond twice a patch's values stay as they are. */
  #fit(x: Tensor): void {
    const [outputs, , down, across] = this.weight.shape as [number, number, number, number]
    scope(() =>
      noGrad(() => {
        const filters = principalFilters(x, [down, across], this.#stride, outputs)
        this.weight.narrow(0, 0, filters.shape[0] as number).copy_(filters)
      }),
    )
  }
}

/** Channels of pictures. */
const FEW = 4

/** A kernel of 3 × 3 that is moved by one pixel and leaves the map its size. */
function isSame3x3([, , ...kernel]: readonly number[], ...others: readonly (readonly number[])[]): boolean {
  return kernel.every((side) => side === 3) && others.flat().every((step) => step === 1)
}

/** Down and across. */
function both(given: number | readonly [number, number]): readonly [number, number] {
  return typeof given === 'number' ? [given, given] : given
}

/** Guards a filter of equal weights; BiT's value, small beside the variance of any initialisation. */
const STANDARDIZE_EPS = 1e-10

/** Weights `[out, …]` with mean 0 and (biased) variance 1 for each output. */
function standardized(weight: Tensor): Tensor {
  const inputs = weight.shape.slice(1).map((_, i) => i + 1)
  const [variance, mean] = ops.var_mean(weight, inputs, { correction: 0, keepdim: true })
  return weight.sub(mean).mul(variance.add(STANDARDIZE_EPS).rsqrt())
}

/**
 * Applies modules in order; an array of modules is a sequence and needs no class. What lies between is freed at once, but for
 * what a recorded graph holds.
 */
export function forwardAll(modules: readonly Module[], x: Tensor, pass: Pass): Tensor {
  return scope(() => modules.reduce((value, module) => scope(() => module.forward(value, pass)), x))
}

/** `[N, C, H, W]` to `[N, C]`. */
export function globalAveragePool(x: Tensor): Tensor {
  return x.mean([2, 3])
}
