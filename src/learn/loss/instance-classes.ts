import { Linear } from '../../nn/index.js'
import { ops } from '../../torch/index.js'
import type { Output } from '../extract/extract.js'
import { type Loss, mean } from './loss.js'

type Options = {
  /** Classes: as many as there are pictures, or fewer, of which each is shared by those whose numbers differ by a multiple of it. */
  classes: number
  /** Share of a picture's weight that all classes get alike, its own among them. */
  smoothing: number
}

/**
 * Every picture is a class of its own: the cross-entropy of `W f` with the picture's number, `W` a trained `[classes, D]` without bias,
 * and of the picture's weight a share spread over all classes: `−(1 − s) ln p_own − s / classes Σ ln p`. DIET:
 * Balestriero 2023 (arXiv 2302.10260). Each view of a picture takes `classes` scores in memory.
 */
export function instanceClasses(options: Options): Loss<Output, Options> {
  return {
    name: 'cross-entropy with the picture’s number',
    options,
    limits: { classes: 'whole' },
    // of several views it is the mean, which needs all of them at once
    pairs: 'all',
    alone: true,
    misfit: ({ classes, smoothing }) => {
      if (classes < 2) return 'tells classes apart, and there is one: give loss.classes at least 2'
      if (smoothing >= 1)
        return `has a smoothing of ${smoothing}, which leaves a picture nothing of its own: give loss.smoothing below 1`
      return undefined
    },
    build: ({ classes, smoothing }, { dimension }) => {
      const rows = new Linear(dimension, classes, { bias: false })
      return {
        rows,
        compute: ({ online }, { ids, similarity }) => {
          const own = ids.remainder(classes)
          return mean(
            [...online.values()].map(({ prediction }) =>
              ops.cross_entropy_loss(similarity.matrix(prediction, rows.weight), own, {
                label_smoothing: smoothing,
              }),
            ),
          )
        },
      }
    },
  }
}
