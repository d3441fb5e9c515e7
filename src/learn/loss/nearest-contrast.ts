import { noGrad } from '../../torch/index.js'
import type { Output } from '../extract/extract.js'
import { ownPlaces } from './candidates.js'
import { type Loss, mean, pairsOf } from './loss.js'
import { Queue } from './queue.js'

type Options = { temperature: number; queue: number }

/**
 * InfoNCE whose anchor is the vector's nearest neighbour among earlier pictures, which brings positives that no augmentation
 * could make: Dwibedi et al. 2021 (arXiv 2104.14548), eq. 2. The first view's vectors join the queue.
 */
export function nearestContrast(options: Options): Loss<Output, Options> {
  return {
    name: 'InfoNCE from the nearest neighbour',
    options,
    limits: { temperature: 'positive', queue: 'whole' },
    pairs: 'all',
    build: ({ temperature, queue: size }, { dimension }) => {
      const queue = new Queue(size, dimension)
      return {
        queue,
        compute: (views, { similarity, world }) =>
          mean(
            pairsOf(views).map(([one, other]) => {
              const nearest = noGrad(() =>
                queue.rows.index_select(0, similarity.matrix(other.vector, queue.rows).argmax(1)),
              )
              const logits = similarity.matrix(nearest, world.gather(one.prediction)).div(temperature)
              const own = ownPlaces(nearest.shape[0] as number, world)
              return logits.log_softmax(1).gather(1, own.unsqueeze(1)).mean().neg()
            }),
          ),
        update: (target, { world }) => {
          const [first] = target.values()
          if (first) queue.push(world.gather(first.vector))
        },
      }
    },
  }
}
