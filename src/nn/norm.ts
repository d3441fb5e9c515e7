/** The norm layers of convolutional networks and heads by name. */
import type { Tensor } from '../torch/index.js'
import { type After, finish, type Norm, type NormOptions } from './after.js'
import { BatchNorm } from './batch-norm.js'
import { DataAffine } from './data-affine.js'
import { GroupNorm, groupsOf } from './group-norm.js'
import type { Pass } from './module.js'

/** No normalisation and no parameters, only what comes after. */
class NoNorm implements Norm {
  forward(x: Tensor, _: Pass, after?: After): Tensor {
    return finish(x, after)
  }
}

interface NormKind {
  create(channels: number, options: NormOptions): Norm
  /** The convolution or linear layer before it standardises its weights: Qiao et al. 2019 (arXiv 1903.10520). */
  standardize: boolean
}

const NORMS = {
  batch: { create: (channels, options) => new BatchNorm(channels, options), standardize: false },
  layer: {
    create: (channels, options) => new GroupNorm(channels, { ...options, groups: 1 }),
    standardize: false,
  },
  group: {
    create: (channels, options) => new GroupNorm(channels, { ...options, groups: groupsOf(channels) }),
    standardize: true,
  },
  data: { create: (channels, options) => new DataAffine(channels, options), standardize: false },
  none: { create: () => new NoNorm(), standardize: false },
} satisfies Record<string, NormKind>

/**
 * `batch`; `layer`, over all of a sample; `group`, 32 groups behind standardised weights; `data`, an affine set from the
 * first batch; `none`.
 */
export type NormName = keyof typeof NORMS

export const NORM_NAMES = Object.keys(NORMS) as NormName[]

/** A norm layer for `[N, channels]` or `[N, channels, H, W]`. `affine` means nothing to `data`, which is an affine. */
export function createNorm(name: NormName, channels: number, options: NormOptions = {}): Norm {
  return (NORMS[name] as NormKind).create(channels, options)
}

/** Whether the layer before this norm standardises its weights. */
export function standardizesWeights(name: NormName): boolean {
  return NORMS[name].standardize
}
