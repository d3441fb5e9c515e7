import { type Bank, checkPair } from '../encode/bank.js'
import { UsageError } from '../errors.js'
import { noGrad, ops, scope, type Tensor, tensor } from '../torch/index.js'
import { bootstrap, hits } from './bootstrap.js'
import { greatest, normalised, rowsAtOnce } from './nearest.js'
import type { Progress, Score } from './score.js'

export interface KnnOptions {
  /** Neighbours that vote; all of the bank when it is smaller. Default 20. */
  k?: number
  /** A neighbour's vote weighs exp(cosine similarity / temperature). Default 0.1. */
  temperature?: number
  seed?: number
  progress?: Progress
}

/**
 * Weighted k-nearest-neighbour classification by cosine similarity (Wu et al., arXiv 1805.01978; DINO's protocol,
 * arXiv 2104.14294). Nothing is fitted. The repeats are a bootstrap over the queries.
 * @throws UsageError when the banks do not fit together, or `k` or `temperature` is not above 0
 */
export function knn(bank: Bank, queries: Bank, options: KnnOptions = {}): Score {
  return bootstrap([knnHits(bank, queries, options)], options.seed ?? 0)
}

/** The same picture by picture, 1 where the class is right. @throws as `knn` */
export function knnHits(
  bank: Bank,
  queries: Bank,
  { k = 20, temperature = 0.1, progress }: KnnOptions = {},
): Uint8Array {
  checkPair(bank, queries)
  if (!Number.isInteger(k) || k < 1) throw new UsageError(`expected k of 1 or more, got ${k}: 20 is usual`)
  if (!(temperature > 0))
    throw new UsageError(`expected a temperature above 0, got ${temperature}: 0.1 is usual`)
  const predicted = new Int32Array(queries.labels.length)
  noGrad(() =>
    scope(() => {
      const known = normalised(bank.features).t()
      const asked = normalised(queries.features)
      const labels = tensor(bank.labels).to('int64')
      const step = rowsAtOnce(bank.labels.length)
      for (let from = 0; from < predicted.length; from += step) {
        const rows = Math.min(step, predicted.length - from)
        const classes = scope(() => {
          const [near, columns] = greatest(
            asked.narrow(0, from, rows).mm(known),
            Math.min(k, bank.labels.length),
          )
          const [voted] = vote(near.div(temperature), ops.take(labels, columns), bank.classes, [k])
          return (voted as Tensor).toArray()
        })
        predicted.set(classes, from)
        progress?.(from + rows, predicted.length)
      }
    }),
  )
  return hits(predicted, queries.labels)
}

/**
 * The class with the greatest sum of exp(logits), int64 `[Q]`, for each of `ks` in rising order, of the first k of logits
 * and classes `[Q, K]`, greatest first.
 */
export function vote(logits: Tensor, labels: Tensor, classes: number, ks: readonly number[]): Tensor[] {
  return scope(() => {
    const [rows = 0, most = 0] = logits.shape
    // the nearest is subtracted, so that a small temperature cannot overflow
    const weights = logits.sub(logits.narrow(1, 0, 1)).exp_()
    const sums = ops.zeros([rows, classes])
    let counted = 0
    return ks.map((k) => {
      const more = Math.min(k, most) - counted
      sums.scatter_add_(1, labels.narrow(1, counted, more), weights.narrow(1, counted, more))
      counted += more
      return sums.argmax(1)
    })
  })
}
