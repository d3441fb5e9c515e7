/** k-means of rows in memory: Lloyd's iterations from the k-means++ start. */
import { randomFrom } from '../numeric/random.js'
import { apart } from '../numeric/vectors.js'

export interface Means {
  /** `[k · dimension]` */
  centres: Float32Array
  k: number
  /** The centre of each row, `[N]`. */
  of: Int32Array
  /** Sum of squared distances to the centres. */
  inertia: number
}

/** An iteration that lowers the inertia by less than this share is the last. */
const TOLERANCE = 1e-4
const ITERATIONS = 50

/**
 * k-means (Lloyd 1982) with the k-means++ start (Arthur & Vassilvitskii 2007). A cluster that loses its last row takes the row
 * that is furthest from its centre.
 * @param data `[N · dimension]`, N at least 1
 * @param k as many clusters, or as there are rows
 */
export function kmeans(
  data: Float32Array,
  dimension: number,
  k: number,
  { seed = 0, iterations = ITERATIONS }: { seed?: number; iterations?: number } = {},
): Means {
  const count = data.length / dimension
  const clusters = Math.min(k, count)
  let centres = start(data, dimension, clusters, randomFrom(seed))
  let best = assigned(data, dimension, centres)
  for (let step = 0; step < iterations; step++) {
    centres = meansOf(data, dimension, clusters, best)
    const next = assigned(data, dimension, centres)
    const gain = best.inertia - next.inertia
    best = next
    if (gain <= TOLERANCE * next.inertia) break
  }
  return { centres, k: clusters, of: best.of, inertia: best.inertia }
}

function start(data: Float32Array, dimension: number, k: number, random: () => number): Float32Array {
  const count = data.length / dimension
  const centres = new Float32Array(k * dimension)
  const distances = new Float64Array(count).fill(Number.POSITIVE_INFINITY)
  let chosen = Math.floor(random() * count)
  for (let centre = 0; centre < k; centre++) {
    centres.set(data.subarray(chosen * dimension, (chosen + 1) * dimension), centre * dimension)
    let total = 0
    for (let row = 0; row < count; row++) {
      const distance = Math.min(distances[row] as number, apart(data, row, centres, centre, dimension))
      distances[row] = distance
      total += distance
    }
    chosen = drawn(distances, random() * total)
  }
  return centres
}

function drawn(weights: Float64Array, at: number): number {
  let left = at
  for (let row = 0; row < weights.length; row++) {
    left -= weights[row] as number
    if (left < 0) return row
  }
  return weights.length - 1
}

/** The nearest centre of each row. */
export function assigned(
  data: Float32Array,
  dimension: number,
  centres: Float32Array,
): { of: Int32Array; distances: Float64Array; inertia: number } {
  const count = data.length / dimension
  const k = centres.length / dimension
  const of = new Int32Array(count)
  const distances = new Float64Array(count)
  let inertia = 0
  for (let row = 0; row < count; row++) {
    let least = Number.POSITIVE_INFINITY
    for (let centre = 0; centre < k; centre++) {
      const distance = apart(data, row, centres, centre, dimension)
      if (distance < least) {
        least = distance
        of[row] = centre
      }
    }
    distances[row] = least
    inertia += least
  }
  return { of, distances, inertia }
}

function meansOf(
  data: Float32Array,
  dimension: number,
  k: number,
  { of, distances }: { of: Int32Array; distances: Float64Array },
): Float32Array {
  const sums = new Float64Array(k * dimension)
  const counts = new Uint32Array(k)
  addTo(sums, counts, data, dimension, of)
  const far = [...counts.keys()].filter((centre) => counts[centre] === 0)
  const taken = far.length > 0 ? furthest(distances, far.length) : []
  for (const [i, centre] of far.entries()) {
    const row = taken[i] as number
    sums.set(data.subarray(row * dimension, (row + 1) * dimension), centre * dimension)
    counts[centre] = 1
  }
  return Float32Array.from(sums, (sum, at) => sum / (counts[Math.floor(at / dimension)] as number))
}

/** Adds rows to the sums of their centres. */
export function addTo(
  sums: Float64Array,
  counts: Uint32Array,
  data: Float32Array,
  dimension: number,
  of: Int32Array,
): void {
  for (let row = 0; row < of.length; row++) {
    const centre = of[row] as number
    counts[centre] = (counts[centre] as number) + 1
    for (let i = 0, to = centre * dimension, from = row * dimension; i < dimension; i++, to++, from++)
      sums[to] = (sums[to] as number) + (data[from] as number)
  }
}

function furthest(distances: Float64Array, count: number): number[] {
  return [...distances.keys()]
    .sort((a, b) => (distances[b] as number) - (distances[a] as number))
    .slice(0, count)
}
