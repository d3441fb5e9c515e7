import { checkFeatures } from '../encode/bank.js'
import { UsageError } from '../errors.js'
import { noGrad, scope, type Tensor, tensor } from '../torch/index.js'
import { normalised, rowsAtOnce } from './nearest.js'

/** Who looks for whom: row `from[i]` of the queries for row `to[i]` of the gallery. */
export interface Partners {
  from: ArrayLike<number>
  to: ArrayLike<number>
  /** Whether queries and gallery are the same rows, of which none is found by itself. */
  same?: boolean
}

/**
 * For each pair 1 / the place of its second picture when the first one ranks the gallery by cosine similarity: 1 is found at once, and the
 * mean over pairs is the mean reciprocal rank (MRR; Voorhees 1999). Who is as near as the second picture comes before it, so that a
 * collapse scores next to nothing.
 * @param queries float32 `[Q, D]`
 * @param gallery float32 `[N, D]`
 * @throws UsageError when features do not fit together, or a pair is no pair of rows
 */
export function reciprocalRanks(
  queries: Tensor,
  gallery: Tensor,
  { from, to, same = false }: Partners,
): Float64Array {
  const [asked, d] = checkFeatures(queries, 'query')
  const [known, other] = checkFeatures(gallery, 'gallery')
  if (d !== other || (same && asked !== known)) {
    throw new UsageError(
      `expected features of one encoder, got [${asked},${d}] and [${known},${other}]: embed both with the same`,
    )
  }
  checkRows(from, asked)
  checkRows(to, known)
  if (from.length !== to.length)
    throw new UsageError(
      `expected as many firsts as seconds, got ${from.length} and ${to.length}: give pairs`,
    )
  return noGrad(() =>
    scope(() => {
      const [unit, all] = [normalised(queries), normalised(gallery)]
      const found = new Float64Array(from.length)
      const step = rowsAtOnce(known)
      for (let begin = 0; begin < from.length; begin += step) {
        scope(() => {
          const part = (rows: ArrayLike<number>) =>
            tensor(Array.from(rows).slice(begin, begin + step), undefined, 'int64')
          const firsts = part(from)
          const similar = unit.index_select(0, firsts).mm(all.t())
          if (same) similar.scatter_(1, firsts.unsqueeze(1), -2)
          const own = similar.gather(1, part(to).unsqueeze(1))
          found.set(similar.ge(own).sum([1]).to('float64').reciprocal().toArray(), begin)
        })
      }
      return found
    }),
  )
}

function checkRows(rows: ArrayLike<number>, count: number): void {
  const bad = Array.from(rows).find((row) => !Number.isInteger(row) || row < 0 || row >= count)
  if (bad !== undefined)
    throw new UsageError(`expected rows from 0 to ${count - 1}, got ${bad}: pairs are of rows`)
}
