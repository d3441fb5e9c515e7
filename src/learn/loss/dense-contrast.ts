import { noGrad, type Tensor } from '../../torch/index.js'
import type { DenseOutput } from '../extract/dense.js'
import { normalize } from '../similarity/cosine.js'
import { type Loss, mean, pairsOf } from './loss.js'
import { Queue } from './queue.js'
import { oneAgainst } from './queue-contrast.js'

type Options = {
  temperature: number
  queue: number
  /** Weight of the places against the whole, 0 to 1. */
  lambda: number
}

/**
 * MoCo's loss on whole pictures and on places, a place's positive being the most alike one of the other view's map: Wang et
 * al. 2020 (arXiv 2011.09157), eq. 2 to 4.
 */
export function denseContrast(options: Options): Loss<DenseOutput, Options> {
  return {
    name: 'dense InfoNCE with queues',
    options,
    limits: { temperature: 'positive', queue: 'whole' },
    pairs: 'positive',
    build: ({ temperature, queue: size, lambda }, { dimension }) => {
      const queue = new Queue(size, dimension)
      const placeQueue = new Queue(size, dimension)
      return {
        queue,
        placeQueue,
        compute: (views, { similarity }) =>
          mean(
            pairsOf(views).map(([query, key]) => {
              const whole = oneAgainst(query.prediction, key.vector, queue.rows, similarity, temperature)
              const matched = noGrad(() => match(query.map, key.map, key.places))
              const parts = oneAgainst(
                query.places.flatten(0, 1),
                matched.flatten(0, 1),
                placeQueue.rows,
                similarity,
                temperature,
              )
              return whole.mul(1 - lambda).add(parts.mul(lambda))
            }),
          ).mul(pairsOf(views).length / views.pairs),
        update: (target, { world }) => {
          for (const output of target.values()) {
            queue.push(world.gather(output.vector))
            placeQueue.push(world.gather(output.places.mean([1])))
          }
        },
      }
    },
  }
}

/** For each place of `query` the projection at the most alike place of `key`: maps `[N, L, C]`, projections `[N, L, D]`. */
function match(query: Tensor, key: Tensor, projections: Tensor): Tensor {
  const nearest = normalize(query).matmul(normalize(key).transpose(1, 2)).argmax(2)
  const [n, places] = nearest.shape as [number, number]
  const dimension = projections.shape[2] as number
  return projections.gather(1, nearest.unsqueeze(2).expand([n, places, dimension]))
}
