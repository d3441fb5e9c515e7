import { ops, type Tensor } from '../torch/index.js'
import { type After, EPS, finish, type Norm, type NormOptions } from './after.js'
import { parameter } from './init.js'
import type { Pass } from './module.js'

export interface GroupNormOptions extends NormOptions {
  groups: number
}

/**
 * Normalises each sample over groups of channels and all places: Wu & He 2018 (arXiv 1803.08494). One group is layer
 * normalisation over `(C, H, W)` (Ba et al. 2016, arXiv 1607.06450) with a scale and shift a channel.
 */
export class GroupNorm implements Norm {
  readonly weight: Tensor | undefined
  readonly bias: Tensor | undefined
  readonly #groups: number

  constructor(channels: number, { groups, gamma = 1, affine = true }: GroupNormOptions) {
    this.weight = affine ? parameter(() => ops.full([channels], gamma, { dtype: 'float32' })) : undefined
    this.bias = affine ? parameter(() => ops.zeros([channels])) : undefined
    this.#groups = groups
  }

  forward(x: Tensor, _: Pass, after?: After): Tensor {
    const { weight = null, bias = null } = this
    // float32 statistics under autocast too
    const y = ops.group_norm(x.to('float32'), this.#groups, { weight, bias, eps: EPS })
    return finish(y.to(x.dtype), after)
  }
}

/** Wu & He's number of groups. */
const GROUPS = 32

/** The most groups, 32 or fewer, that divide the channels and leave two in each: one alone in a vector would be 0. */
export function groupsOf(channels: number): number {
  let groups = GROUPS
  while (groups > 1 && (channels % groups !== 0 || channels / groups < 2)) groups /= 2
  return groups
}
