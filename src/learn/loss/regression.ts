import type { Output } from '../extract/extract.js'
import type { Loss } from './loss.js'
import { pairsOf, sum } from './loss.js'

/**
 * `weight * (1 - similarity)` of each prediction to the other view's vector, averaged over the batch and summed over the
 * ordered pairs of views. With cosine and weight 2 it is the squared distance of unit vectors, `2 - 2 cos`, summed: BYOL's,
 * from 0 to 8 (Grill et al. 2020, arXiv 2006.07733, eq. 2). With weight 1/2 it is SimSiam's plus 1 (arXiv 2011.10566).
 */
export function regression(options: { weight: number }): Loss<Output, typeof options> {
  return {
    name: 'regression',
    options,
    limits: { weight: 'positive' },
    pairs: 'positive',
    build: ({ weight }) => ({
      compute: (views, { similarity }) =>
        sum(
          pairsOf(views).map(([one, other]) =>
            similarity.rows(one.prediction, other.vector).neg().add(1).mean().mul(weight),
          ),
        ),
    }),
  }
}
