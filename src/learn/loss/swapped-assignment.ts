import { parameter } from '../../nn/index.js'
import { noGrad, ops, type Tensor } from '../../torch/index.js'
import type { Output } from '../extract/extract.js'
import { normalize } from '../similarity/cosine.js'
import { type Loss, mean, pairsOf } from './loss.js'
import { Queue } from './queue.js'
import { sinkhorn } from './sinkhorn.js'

type Options = {
  temperature: number
  prototypes: number
  eps: number
  iterations: number
  /** Earlier vectors that join the assignment, for small batches; 0 for none. */
  queue: number
  /** Epoch from which the queue is used. */
  queueFrom: number
}

/**
 * Predicts the cluster that another view was assigned to, clusters being equally full: Caron et al. 2020 (arXiv
 * 2006.09882), eq. 2. Only the target's views are assigned, all others predict.
 */
export function swappedAssignment(options: Options): Loss<Output, Options> {
  return {
    name: 'swapped assignment',
    options,
    limits: {
      temperature: 'positive',
      prototypes: 'whole',
      eps: 'positive',
      iterations: 'count',
      queue: 'count',
    },
    pairs: 'all',
    build: (
      { temperature, prototypes: count, eps, iterations, queue, queueFrom },
      { dimension, targets },
    ) => {
      const prototypes = parameter(() => normalize(ops.randn([count, dimension])))
      const queues = Array.from({ length: queue > 0 ? targets : 0 }, () => new Queue(queue, dimension))
      return {
        prototypes,
        queues,
        frozenAtFirst: () => [prototypes],
        compute: (views, { similarity, scheduled, world }) => {
          const remembers = scheduled((epoch) => Number(epoch >= queueFrom)) === 1
          noGrad(() => prototypes.copy_(normalize(prototypes)))
          const codes = new Map<Output, Tensor>()
          noGrad(() => {
            for (const [place, output] of [...views.target.values()].entries()) {
              const own = world.gather(output.vector)
              const earlier = remembers ? queues[place] : undefined
              const all = earlier ? ops.cat([earlier.rows, own]) : own
              const assigned = sinkhorn(similarity.matrix(all, prototypes), eps, iterations)
              const count = output.vector.shape[0] as number
              const first = (all.shape[0] as number) - (own.shape[0] as number) + world.rank * count
              codes.set(output, assigned.narrow(0, first, count))
            }
          })
          return mean(
            pairsOf(views).map(([one, other]) =>
              similarity
                .matrix(one.prediction, prototypes)
                .div(temperature)
                .log_softmax(1)
                .mul(codes.get(other) as Tensor)
                .sum([1])
                .mean()
                .neg(),
            ),
          )
        },
        update: (target, { world }) => {
          for (const [place, { vector }] of [...target.values()].entries())
            queues[place]?.push(world.gather(vector))
        },
      }
    },
  }
}
