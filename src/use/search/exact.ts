/**
 * Exact search, a part at a time: onnxruntime finds what may be among the nearest, and their cosines are then computed in double
 * precision, so that equal vectors have equal scores wherever they stand.
 */
import { SelfsameError, UsageError } from '../../errors.js'
import type { Neighbours } from '../store/index-reader.js'
import { Nearest } from './nearest.js'
import { type Products, products } from './products.js'

/** Vectors of rows `first` on, each of length 1. */
export interface Part {
  first: number
  count: number
  vectors: Float32Array
}

/** More than asked for, as rounding may put a row below its place. */
const SPARE = 8
/** Products of two vectors of length 1 in floats are off by less. */
const ROUNDING = 1e-5
/** Products that are held at once, 64 MiB. */
const MOST_PRODUCTS = 2 ** 24

/**
 * The nearest of all rows in `parts` to each query.
 * @param queries `[N · dimension]`, of any length but 0
 * @param size rows in all parts together
 * @throws UsageError for a query that is no direction
 */
export async function searchParts(
  queries: Float32Array,
  dimension: number,
  k: number,
  size: number,
  parts: AsyncIterable<Part>,
): Promise<Neighbours> {
  if (!Number.isInteger(k) || k < 1)
    throw new UsageError(`expected a number of neighbours from 1 on, got ${k}`)
  if (queries.length % dimension !== 0)
    throw new UsageError(`expected queries of ${dimension} numbers each, got ${queries.length} numbers`)
  const count = queries.length / dimension
  const unit = normalised(queries, dimension)
  const nearest = new Nearest(count, Math.min(k, size))
  if (count > 0 && nearest.k > 0) {
    const multiply = await products()
    for await (const part of parts) {
      const atOnce = Math.max(1, Math.floor(MOST_PRODUCTS / part.count))
      for (let from = 0; from < count; from += atOnce)
        await searchPart(multiply, unit, dimension, part, nearest, from, Math.min(count, from + atOnce))
    }
  }
  return { k: nearest.k, rows: nearest.rows, scores: Float32Array.from(nearest.scores) }
}

async function searchPart(
  multiply: Products,
  queries: Float32Array,
  dimension: number,
  { first, count, vectors }: Part,
  nearest: Nearest,
  from: number,
  to: number,
): Promise<void> {
  for (let wanted = Math.min(count, nearest.k + SPARE); ; wanted = Math.min(count, 4 * wanted)) {
    const some = queries.subarray(from * dimension, to * dimension)
    const { scores, places } = await multiply(some, vectors, dimension, wanted)
    let more = false
    for (let query = from; query < to; query++) {
      const start = (query - from) * wanted
      let i = 0
      for (; i < wanted; i++) {
        if ((scores[start + i] as number) < nearest.least(query) - ROUNDING) break
        const place = Number(places[start + i])
        nearest.offer(query, cosine(queries, query, vectors, place, dimension), first + place)
      }
      // more rows may be as near as the last that was looked at, as many copies of one picture are
      if (
        i === wanted &&
        wanted < count &&
        (scores[start + wanted - 1] as number) >= nearest.least(query) - ROUNDING
      )
        more = true
    }
    if (!more) return
  }
}

function cosine(a: Float32Array, i: number, b: Float32Array, j: number, dimension: number): number {
  let sum = 0
  const [from, other] = [i * dimension, j * dimension]
  for (let at = 0; at < dimension; at++) sum += (a[from + at] as number) * (b[other + at] as number)
  return Math.min(1, Math.max(-1, sum))
}

/** Each of length 1. @throws SelfsameError for one that has no direction */
export function normalised(vectors: Float32Array, dimension: number): Float32Array {
  const made = new Float32Array(vectors.length)
  for (let from = 0; from < vectors.length; from += dimension) {
    let sum = 0
    for (let i = from; i < from + dimension; i++) sum += (vectors[i] as number) ** 2
    const length = Math.sqrt(sum)
    if (!(length > 0 && Number.isFinite(length)))
      throw new SelfsameError(
        `vector ${from / dimension} is ${length === 0 ? 'zero throughout' : 'no numbers'}, which has no neighbours; the model is at fault, train or export it again`,
      )
    for (let i = from; i < from + dimension; i++) made[i] = (vectors[i] as number) / length
  }
  return made
}
