import { noGrad, type Tensor } from '../../torch/index.js'
import type { ReconstructionOutput } from '../extract/masked.js'
import { type Loss, mean } from './loss.js'

type Options = {
  /** Pixels are compared after each patch was brought to mean 0 and deviation 1. */
  normalize: boolean
}

/** MAE's guard against flat patches. */
const EPS = 1e-6

/** Mean squared error of the painted pixels, on hidden patches alone: He et al. 2021 (arXiv 2111.06377), section 3. */
export function reconstruction(options: Options): Loss<ReconstructionOutput, Options> {
  return {
    name: 'reconstruction',
    options,
    pairs: 'positive',
    alone: true,
    build: ({ normalize }) => ({
      compute: ({ online }, { similarity }) =>
        mean(
          [...online.values()].map(({ painted, patches, mask }) => {
            const wanted = noGrad(() => (normalize ? standardizePatches(patches) : patches))
            const hidden = mask.to('float32')
            return similarity.rows(painted, wanted).neg().mul(hidden).sum().div(hidden.sum())
          }),
        ),
    }),
  }
}

function standardizePatches(patches: Tensor): Tensor {
  const centred = patches.sub(patches.mean([-1], true))
  return centred.mul(patches.var([-1], true, true).add(EPS).rsqrt())
}
