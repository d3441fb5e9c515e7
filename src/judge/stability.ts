import { checkFeatures } from '../encode/bank.js'
import { UsageError } from '../errors.js'
import { noGrad, ops, scope, type Tensor } from '../torch/index.js'
import { greatest, normalised, rowsAtOnce } from './nearest.js'

/** The neighbours that are looked at among `pictures`: 10, or fewer where that would be nearly all of them. */
export function neighboursLookedAt(pictures: number): number {
  return Math.min(10, Math.floor((pictures - 1) / 2))
}

/**
 * Neighbourhood stability under augmentation: for each picture the share, 0 to 1, of its `k` nearest others that are
 * still among the `k` nearest when it is looked for by an altered view of itself. By chance it is k / (N - 1).
 *
 * Neighbours are found by cosine similarity among the plain views. One that is no nearer than the next best beyond them
 * counts as none, so that collapsed features, of which every vector is as near as any other, score 0 and not 1.
 * @param plain features of the plain views, float32 `[N, D]`
 * @param altered features of an altered view of the same pictures, float32 `[N, D]`
 * @throws UsageError when the views do not fit together, or there are not `k` + 1 other pictures
 */
export function neighbourhoodStability(plain: Tensor, altered: Tensor, k: number): Float64Array {
  const [n, d] = checkFeatures(plain, 'plain view')
  const other = checkFeatures(altered, 'altered view')
  if (other[0] !== n || other[1] !== d) {
    throw new UsageError(
      `expected two views of the same pictures, got [${n},${d}] and [${other}]: embed both views of each picture`,
    )
  }
  if (!Number.isInteger(k) || k < 1 || k + 1 >= n) {
    throw new UsageError(
      `expected from 1 to ${n - 2} neighbours, got ${k}: ${n} pictures have ${n - 1} others each`,
    )
  }
  return noGrad(() =>
    scope(() => {
      const bank = normalised(plain)
      const views = normalised(altered)
      const kept = new Float64Array(n)
      const step = rowsAtOnce(n)
      for (let from = 0; from < n; from += step) {
        scope(() => {
          const rows = Math.min(step, n - from)
          const [before, after] = [bank, views].map((asked) =>
            members(asked.narrow(0, from, rows), bank, from, k),
          )
          kept.set(
            before
              ?.mul(after as Tensor)
              .sum([1])
              .div(k)
              .toArray() ?? [],
            from,
          )
        })
      }
      return kept
    }),
  )
}

/** 1 for each picture of the bank that is among the `k` nearest of a row, 0 for the others and the row's own: `[Q, N]`. */
function members(asked: Tensor, bank: Tensor, from: number, k: number): Tensor {
  const similar = asked.mm(bank.t())
  const [rows = 0, n = 0] = similar.shape
  similar.scatter_(1, ops.arange(from, from + rows).unsqueeze(1), -2)
  const [values, columns] = greatest(similar, k + 1)
  const nearer = values
    .narrow(1, 0, k)
    .gt(values.narrow(1, k, 1))
    .to('float32')
  return ops.zeros([rows, n]).scatter_(1, columns.narrow(1, 0, k), nearer)
}
