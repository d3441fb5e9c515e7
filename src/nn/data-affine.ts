import { noGrad, ops, type Tensor } from '../torch/index.js'
import { type After, EPS, finish, type Norm, type NormOptions } from './after.js'
import { parameter } from './init.js'
import type { Pass } from './module.js'

/**
 * Only a scale and shift for each channel, set from the first batch (a pass with `initialize`) so that the layer then
 * does what batch normalisation would do: the data-dependent initialisation of Richemond et al. 2020 (arXiv
 * 2010.10241), in the form of Salimans & Kingma 2016 (arXiv 1602.07868).
 */
export class DataAffine implements Norm {
  readonly weight: Tensor
  readonly bias: Tensor
  readonly #gamma: number

  constructor(channels: number, { gamma = 1 }: NormOptions = {}) {
    this.weight = parameter(() => ops.full([channels], gamma, { dtype: 'float32' }))
    this.bias = parameter(() => ops.zeros([channels]))
    this.#gamma = gamma
  }

  forward(x: Tensor, { initialize = false }: Pass, after?: After): Tensor {
    if (initialize) noGrad(() => this.#fit(x))
    const shape = [-1, ...x.shape.slice(2).map(() => 1)]
    const y = ops.addcmul(this.bias.view(shape), x.to('float32'), this.weight.view(shape))
    return finish(y.to(x.dtype), after)
  }

  #fit(x: Tensor): void {
    const others = x.shape.map((_, dim) => dim).filter((dim) => dim !== 1)
    const [variance, mean] = ops.var_mean(x.to('float32'), others, { correction: 0 })
    this.weight.copy_(variance.add(EPS).rsqrt().mul(this.#gamma))
    this.bias.copy_(mean.mul(this.weight).neg())
  }
}
