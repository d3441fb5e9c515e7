import { ops } from '../../torch/index.js'
import type { Output } from '../extract/extract.js'
import { itself, NEVER } from './candidates.js'
import { type Loss, sum } from './loss.js'

/**
 * BYOL with the contrastive term switched on by degrees: for each ordered pair of views
 * `2 - 2 S(positive) + beta * 2 T * ln(sum over negatives and the positive of exp(S / T))`, negatives being other pictures in
 * both views. beta 0 is BYOL's loss; beta 1 without predictor and with the net itself as target is SimCLR's up to a
 * constant. Grill et al. 2020 (arXiv 2006.07733), section 5 and appendix on negatives.
 */
export function regressionWithNegatives(options: {
  beta: number
  temperature: number
}): Loss<Output, typeof options> {
  return {
    name: 'regression with negatives',
    options,
    limits: { temperature: 'positive' },
    pairs: 'all',
    build: ({ beta, temperature }) => ({
      compute: ({ online, target }, { similarity, ids, world }) => {
        const own = itself(ids.shape[0] as number, world)
        return sum(
          [...online].flatMap(([i, { prediction }]) =>
            [...target].flatMap(([j, other]) => {
              if (i === j) return []
              const attraction = similarity.rows(prediction, other.vector).mean().mul(-2).add(2)
              const across = similarity.matrix(prediction, world.gather(other.vector))
              const same = target.get(i)
              const within = same
                ? [similarity.matrix(prediction, world.gather(same.vector)).masked_fill(own, NEVER)]
                : []
              const repulsion = ops
                .cat([...within, across], 1)
                .div(temperature)
                .logsumexp([1])
                .mean()
              return [attraction.add(repulsion.mul(2 * temperature * beta))]
            }),
          ),
        )
      },
    }),
  }
}
