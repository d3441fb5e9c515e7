import { judgingStream, permutation } from '../encode/random.js'
import { ops, scope, type Tensor, tensor } from '../torch/index.js'
import type { Classifiers } from './logistic.js'
import { finish, type Steps, scoped } from './steps.js'

const BATCH = 1024
const MOMENTUM = 0.9

export interface SgdOptions {
  classes: number
  rates: readonly number[]
  epochs: number
  seed: number
  onStep?: (done: number, total: number) => void
}

/** Steps that one pass over `count` pictures takes. */
export function stepsOf(count: number): number {
  return Math.ceil(count / BATCH)
}

/**
 * Softmax regression by stochastic gradient descent as in the BYOL paper (arXiv 2006.07733, appendix C.1): Nesterov
 * momentum 0.9, batches of 1,024 in a new order each epoch, cosine decay to 0, no weight decay, from zero. One classifier
 * for each rate, all from the same batches, because a product with 50 columns takes hardly longer than one with 10.
 * @param features float32 `[N, R]`
 * @param labels int64 `[N]`
 */
export function sgd(features: Tensor, labels: Tensor, options: SgdOptions): Omit<Classifiers, 'iterations'> {
  return finish(sgdSteps(features, labels, options))
}

export function sgdSteps(
  features: Tensor,
  labels: Tensor,
  options: SgdOptions,
): Steps<Omit<Classifiers, 'iterations'>> {
  const { classes, rates, epochs, seed, onStep } = options
  return scoped(function* () {
    const [count = 0, columns = 0] = features.shape
    const many = rates.length
    const slopes = ops.zeros([many * classes, columns])
    const offsets = ops.zeros([1, many * classes])
    const speeds = [ops.zeros_like(slopes), ops.zeros_like(offsets)] as const
    const own = tensor([...rates]).repeat_interleave(classes)
    const perEpoch = stepsOf(count)
    const total = epochs * perEpoch
    for (let step = 0; step < total; step += perEpoch) {
      const order = permutation(judgingStream(seed, step, 0x56d), count)
      for (let batch = 0; batch < perEpoch; batch++) {
        const decay = 0.5 * (1 + Math.cos((Math.PI * (step + batch)) / total))
        scope(() => {
          const rows = tensor(order.subarray(batch * BATCH, (batch + 1) * BATCH)).to('int64')
          const some = features.index_select(0, rows)
          const logits = some.mm(slopes.t()).add_(offsets).unflatten(1, [many, classes])
          const right = labels.index_select(0, rows).view([-1, 1, 1]).expand([-1, many, 1])
          const residual = logits
            .softmax(2)
            .scatter_add_(2, right, ops.ones([1, 1, 1]).neg().expand_as(right))
          const flat = residual.div_(rows.numel).flatten(1)
          const rate = own.mul(decay)
          descend(slopes, speeds[0], flat.t().mm(some), rate.unsqueeze(1))
          descend(offsets, speeds[1], flat.sum([0], true), rate)
        })
        onStep?.(step + batch + 1, total)
        yield
      }
    }
    return {
      slopes: slopes.view([1, many, classes, columns]),
      offsets: offsets.view([1, many, classes]),
    }
  })
}

/** Nesterov's step as in PyTorch's SGD. */
function descend(values: Tensor, speed: Tensor, gradient: Tensor, rate: Tensor): void {
  speed.mul_(MOMENTUM).add_(gradient)
  values.sub_(gradient.add_(speed, { alpha: MOMENTUM }).mul_(rate))
}
