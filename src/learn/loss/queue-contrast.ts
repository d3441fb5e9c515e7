import { ops, type Tensor } from '../../torch/index.js'
import type { Output } from '../extract/extract.js'
import type { Similarity } from '../similarity/similarity.js'
import { type Loss, mean, pairsOf } from './loss.js'
import { Queue } from './queue.js'

type Options = { temperature: number; queue: number }

/**
 * Cross-entropy of finding the key of the other view among a queue of earlier keys: He et al. 2019 (arXiv 1911.05722), eq. 1. Which
 * view is the query and which the key is said by the views' `seenBy`; where both networks see both, it is symmetric.
 */
export function queueContrast(options: Options): Loss<Output, Options> {
  return {
    name: 'InfoNCE with a queue',
    options,
    limits: { temperature: 'positive', queue: 'whole' },
    pairs: 'positive',
    build: ({ temperature, queue: size }, { dimension }) => {
      const queue = new Queue(size, dimension)
      return {
        queue,
        compute: (views, { similarity }) =>
          mean(
            pairsOf(views).map(([query, key]) =>
              oneAgainst(query.prediction, key.vector, queue.rows, similarity, temperature),
            ),
          ).mul(pairsOf(views).length / views.pairs),
        update: (target, { world }) => {
          for (const { vector } of target.values()) queue.push(world.gather(vector))
        },
      }
    },
  }
}

/** Cross-entropy of each query `[N, D]` with its own key `[N, D]` as the right answer and `[K, D]` as wrong ones. */
export function oneAgainst(
  query: Tensor,
  key: Tensor,
  negatives: Tensor,
  similarity: Similarity,
  temperature: number,
): Tensor {
  const positive = similarity.rows(query, key).unsqueeze(1)
  const logits = ops.cat([positive, similarity.matrix(query, negatives)], 1).div(temperature)
  return logits.log_softmax(1).select(1, 0).mean().neg()
}
