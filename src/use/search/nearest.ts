/** The nearest rows of each of many queries, kept while parts of the rows pass by. Ties go to the row that stands first. */

export class Nearest {
  readonly k: number
  /** `[N · k]`, each query's in order; what is not filled is -Infinity and -1. */
  readonly scores: Float64Array
  readonly rows: Int32Array

  constructor(queries: number, k: number) {
    this.k = k
    this.scores = new Float64Array(queries * k).fill(Number.NEGATIVE_INFINITY)
    this.rows = new Int32Array(queries * k).fill(-1)
  }

  /** A score below this is none of a query's nearest any more. */
  least(query: number): number {
    return this.scores[(query + 1) * this.k - 1] as number
  }

  /** Takes a row where it belongs, unless it is there. */
  offer(query: number, score: number, row: number): void {
    const { scores, rows, k } = this
    const first = query * k
    let at = first + k - 1
    const before = (i: number) =>
      score > (scores[i] as number) || (score === scores[i] && row < (rows[i] as number))
    if (!before(at)) return
    for (let i = first; i < first + k; i++) if (rows[i] === row) return
    for (; at > first && before(at - 1); at--) {
      scores[at] = scores[at - 1] as number
      rows[at] = rows[at - 1] as number
    }
    scores[at] = score
    rows[at] = row
  }
}
