/** Exact search over vectors in memory. */

export interface Nearest {
  row: number
  /** Cosine. */
  score: number
}

/**
 * The nearest rows to a query, the nearest first; of equal ones the lower row.
 * @param vectors `[N · dimension]`, each of length 1
 * @param query `[dimension]`, of any length but 0
 * @param k fewer come where there are fewer
 */
export function nearest(vectors: Float32Array, query: Float32Array, k: number): Nearest[] {
  const dimension = query.length
  const length = Math.hypot(...query)
  const found: Nearest[] = []
  for (let row = 0, at = 0; at < vectors.length; row++, at += dimension) {
    let sum = 0
    for (let i = 0; i < dimension; i++) sum += (vectors[at + i] as number) * (query[i] as number)
    if (found.length < k || sum > (found.at(-1) as Nearest).score) place(found, { row, score: sum }, k)
  }
  return found.map(({ row, score }) => ({ row, score: score / length }))
}

/** Puts one where it belongs and drops the last beyond `k`. */
function place(found: Nearest[], one: Nearest, k: number): void {
  let low = 0
  let high = found.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((found[middle] as Nearest).score >= one.score) low = middle + 1
    else high = middle
  }
  found.splice(low, 0, one)
  if (found.length > k) found.pop()
}
