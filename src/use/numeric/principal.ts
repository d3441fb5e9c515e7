/** The directions in which the vectors of an index differ most, found from some of them. */
import { setImmediate } from 'node:timers/promises'
import type { PictureIndex } from '../store/index-reader.js'
import { randomFrom, someOf } from './random.js'
import { product } from './vectors.js'

/** Vectors that the directions are found from. */
const SAMPLE = 2048
const ROUNDS = 3

export interface Directions {
  /** `[count · dimension]`, of length 1 and at right angles. */
  directions: Float32Array
  count: number
  dimension: number
  /** Subtracted first, `[dimension]`. */
  mean: Float32Array
}

/** Principal directions by subspace iteration (Halko, Martinsson & Tropp 2011), in no particular order. */
export async function principal(index: PictureIndex, most: number): Promise<Directions> {
  const { size, dimension } = index
  const random = randomFrom(0)
  const data = await index.vectors(someOf(size, SAMPLE, random))
  const rows = data.length / dimension
  const mean = new Float32Array(dimension)
  for (let at = 0; at < data.length; at++) {
    const column = at % dimension
    mean[column] = (mean[column] as number) + (data[at] as number) / rows
  }
  for (let at = 0; at < data.length; at++) data[at] = (data[at] as number) - (mean[at % dimension] as number)
  const count = Math.min(most, dimension, Math.max(1, rows - 1))
  let directions = orthonormal(
    Float32Array.from({ length: count * dimension }, () => random() - 0.5),
    dimension,
  )
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Float32Array(count * dimension)
    for (let row = 0; row < rows; row++)
      for (let direction = 0; direction < count; direction++) {
        const strength = product(data, row, directions, direction, dimension)
        for (let i = 0, to = direction * dimension, from = row * dimension; i < dimension; i++, to++, from++)
          next[to] = (next[to] as number) + strength * (data[from] as number)
      }
    directions = orthonormal(next, dimension)
    await setImmediate()
  }
  return { directions, count, dimension, mean }
}

/** What vectors have of each direction, `[N · count]`. */
export function projected(
  vectors: Float32Array,
  { directions, count, dimension, mean }: Directions,
): Float32Array {
  const rows = vectors.length / dimension
  const offsets = Float32Array.from({ length: count }, (_, at) => product(mean, 0, directions, at, dimension))
  const out = new Float32Array(rows * count)
  for (let row = 0; row < rows; row++)
    for (let at = 0; at < count; at++)
      out[row * count + at] = product(vectors, row, directions, at, dimension) - (offsets[at] as number)
  return out
}

/** Gram and Schmidt's way, twice, so that rounding does not add up. What is nothing beyond the others becomes 0. */
function orthonormal(rows: Float32Array, dimension: number): Float32Array {
  for (let row = 0; row < rows.length / dimension; row++) {
    const before = Math.sqrt(product(rows, row, rows, row, dimension))
    for (let again = 0; again < 2; again++)
      for (let other = 0; other < row; other++) {
        const along = product(rows, row, rows, other, dimension)
        for (let i = 0; i < dimension; i++)
          rows[row * dimension + i] =
            (rows[row * dimension + i] as number) - along * (rows[other * dimension + i] as number)
      }
    const length = Math.sqrt(product(rows, row, rows, row, dimension))
    const scale = length > 1e-6 * before && length > 0 ? 1 / length : 0
    for (let i = row * dimension; i < (row + 1) * dimension; i++) rows[i] = (rows[i] as number) * scale
  }
  return rows
}
