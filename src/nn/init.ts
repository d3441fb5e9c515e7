import { fromHost, keep, ops, scope, type Tensor } from '../torch/index.js'

/** A tensor that training changes: float32, outside every scope, with a gradient. */
export function parameter(make: () => Tensor): Tensor {
  return buffer(make).setRequiresGrad()
}

/** A tensor that is state but not trained. */
export function buffer(make: () => Tensor): Tensor {
  return keep(scope(() => fromHost(make)))
}

/** Normal with deviation sqrt(2 / fan_out): He et al. 2015 (arXiv 1502.01852), torchvision's choice for ResNets. */
export function kaimingNormal(out: number, inputs: number, kernel: readonly [number, number]): Tensor {
  const deviation = Math.sqrt(2 / (out * kernel[0] * kernel[1]))
  return ops.empty([out, inputs, ...kernel]).normal_(0, deviation)
}

/** Uniform in ±1/sqrt(fan_in): PyTorch's default for linear layers. */
export function fanInUniform(shape: readonly number[], fanIn: number): Tensor {
  const bound = 1 / Math.sqrt(fanIn)
  return ops.empty(shape).uniform_(-bound, bound)
}
