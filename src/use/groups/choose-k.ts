/** How many clusters there are, by how well they part a sample. */
import { setImmediate } from 'node:timers/promises'

import { apart } from '../numeric/vectors.js'
import { kmeans } from './kmeans.js'

const NUMBERS = [2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 65, 80, 100]
/** Rows that a cluster has at least, in the mean. */
const LEAST = 8
/** Clusterings of one number, of which the best counts. */
const STARTS = 2
const ITERATIONS = 12

/** A number of clusters and how well they part: the mean simplified silhouette, -1 to 1. */
export interface Parted {
  k: number
  silhouette: number
}

/**
 * Each number of clusters that was tried. The simplified silhouette (Hruschka, de Castro & Campello 2004) is (b - a) / max(a, b) of each
 * row's distances a to its own centre and b to the nearest other one.
 */
export async function partings(sample: Float32Array, dimension: number, seed: number): Promise<Parted[]> {
  const rows = sample.length / dimension
  const found: Parted[] = []
  for (const k of NUMBERS.filter((k) => k * LEAST <= rows)) {
    const tries = Array.from({ length: STARTS }, (_, start) =>
      kmeans(sample, dimension, k, { seed: seed + start, iterations: ITERATIONS }),
    ).sort((a, b) => a.inertia - b.inertia)
    const best = tries[0] as (typeof tries)[number]
    found.push({ k, silhouette: silhouette(sample, dimension, best.centres) })
    await setImmediate()
  }
  return found
}

function silhouette(sample: Float32Array, dimension: number, centres: Float32Array): number {
  const rows = sample.length / dimension
  let sum = 0
  for (let row = 0; row < rows; row++) {
    let [own, other] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    for (let centre = 0; centre < centres.length / dimension; centre++) {
      const distance = Math.sqrt(apart(sample, row, centres, centre, dimension))
      if (distance < own) {
        other = own
        own = distance
      } else if (distance < other) other = distance
    }
    sum += other > 0 ? (other - own) / other : 0
  }
  return sum / rows
}
