import type { Tensor } from '../../torch/index.js'
import type { PatchOutput } from '../extract/patches.js'
import { type Loss, mean, sum } from './loss.js'

type Options = {
  /** Multiplies predictions, so that scores start small. */
  scale: number
}

/**
 * Cross-entropy of finding the patch some rows below among all patches of the batch, averaged over places and summed over offsets:
 * Hénaff et al. 2019 (arXiv 1905.09272), eq. 2. Every offset counts alike, as in the paper; the code that others compared with
 * counts the k-th k times.
 */
export function patchPrediction(options: Options): Loss<PatchOutput, Options> {
  return {
    name: 'InfoNCE of patches below',
    options,
    pairs: 'all',
    alone: true,
    build: ({ scale }) => ({
      compute: ({ online }, { similarity }) =>
        mean(
          [...online.values()].map(({ predictions, targets }) => {
            const height = targets.shape[2] as number
            const candidates = rowsOf(targets)
            return sum(
              [...predictions].map(([offset, prediction]) => {
                const queries = rowsOf(prediction.narrow(2, 0, height - offset)).mul(scale)
                const right = rowsOf(targets.narrow(2, offset, height - offset))
                const logits = similarity.matrix(queries, candidates)
                return logits.logsumexp([1]).sub(similarity.rows(queries, right)).mean()
              }),
            )
          }),
        ),
    }),
  }
}

/** `[N, D, h, w]` to `[N * h * w, D]`. */
function rowsOf(map: Tensor): Tensor {
  return map.permute([0, 2, 3, 1]).flatten(0, 2)
}
