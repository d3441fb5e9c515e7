import { checkFeatures } from '../encode/bank.js'
import { UsageError } from '../errors.js'
import { noGrad, scope, type Tensor, tensor } from '../torch/index.js'
import { greatest, normalised, rowsAtOnce } from './nearest.js'

export interface Neighbours {
  /** Rows of the bank, nearest first, `[Q][k]`. */
  indices: number[][]
  /** Cosine similarities, -1 to 1, `[Q][k]`. */
  similarities: number[][]
}

/**
 * For each of the `queries` (rows of `features` float32 `[N, D]`) the `k` most similar other rows by cosine similarity.
 * @throws UsageError when a query is no row, or there are no `k` others
 */
export function neighbours(features: Tensor, queries: ArrayLike<number>, k: number): Neighbours {
  const [n] = checkFeatures(features, 'bank')
  const asked = Array.from(queries)
  const bad = asked.find((i) => !Number.isInteger(i) || i < 0 || i >= n)
  if (bad !== undefined)
    throw new UsageError(`expected queries from 0 to ${n - 1}, got ${bad}: they are rows of the bank`)
  if (!Number.isInteger(k) || k < 1 || k >= n) {
    throw new UsageError(
      `expected k from 1 to ${n - 1}, got ${k}: a bank of ${n} has ${n - 1} others for each picture`,
    )
  }
  const found: Neighbours = { indices: [], similarities: [] }
  noGrad(() =>
    scope(() => {
      const unit = normalised(features)
      const step = rowsAtOnce(n)
      for (let from = 0; from < asked.length; from += step) {
        scope(() => {
          const rows = tensor(asked.slice(from, from + step), undefined, 'int64')
          const similar = unit.index_select(0, rows).mm(unit.t())
          // itself is never its own neighbour, while an exact duplicate may be
          similar.scatter_(1, rows.unsqueeze(1), -2)
          const [values, columns] = greatest(similar, k)
          found.similarities.push(...rowsOf(values, k))
          found.indices.push(...rowsOf(columns.to('float64'), k))
        })
      }
    }),
  )
  return found
}

function rowsOf(values: Tensor, k: number): number[][] {
  const flat = values.toArray()
  return Array.from({ length: flat.length / k }, (_, i) => flat.slice(i * k, (i + 1) * k))
}
