/** How many groups there are, by how far two halves of a sample agree on them. */
import { setImmediate } from 'node:timers/promises'
import { assigned, kmeans } from './kmeans.js'

const NUMBERS = [2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 65, 80, 100]
/** Rows of the sample that a group has at least, in the mean. */
const LEAST = 8
const STARTS = 2
const ITERATIONS = 12
/** Of the best agreement, what more groups have to keep. */
const KEPT = 0.9
/** Almost any pictures part in two somewhere: two is a number only where both halves say so without doubt. */
const CERTAIN = 0.95

/** A number of groups, and the adjusted Rand index of both halves' groups: 1 the same, 0 as by chance. */
export interface Parted {
  k: number
  agreement: number
}

/**
 * Each number of groups that was tried: k-means of two halves of the sample (the even rows and the odd ones), and how far the groups that
 * both make of the whole agree (stability, as in Ben-Hur, Elisseeff & Guyon 2002).
 */
export async function partings(sample: Float32Array, dimension: number, seed: number): Promise<Parted[]> {
  const rows = sample.length / dimension
  const halves = [0, 1].map((odd) => {
    const half = new Float32Array(Math.floor((rows + 1 - odd) / 2) * dimension)
    for (let row = odd; row < rows; row += 2)
      half.set(sample.subarray(row * dimension, (row + 1) * dimension), ((row - odd) / 2) * dimension)
    return half
  })
  const found: Parted[] = []
  for (const k of NUMBERS.filter((k) => k * LEAST <= rows)) {
    const [one, other] = halves.map((half) => {
      const tries = Array.from({ length: STARTS }, (_, start) =>
        kmeans(half, dimension, k, { seed: seed + start, iterations: ITERATIONS }),
      )
      const best = tries.sort((a, b) => a.inertia - b.inertia)[0] as (typeof tries)[number]
      return assigned(sample, dimension, best.centres).of
    }) as [Int32Array, Int32Array]
    found.push({ k, agreement: adjustedRand(one, other) })
    await setImmediate()
  }
  return found
}

/** The most groups on which the halves agree nearly as well as on any number. */
export function chosenOf(tried: readonly Parted[]): number {
  const [two] = tried
  const counted = two && two.agreement >= CERTAIN ? tried : tried.filter(({ k }) => k > 2)
  const best = Math.max(0, ...counted.map(({ agreement }) => agreement))
  return Math.max(
    1,
    ...counted.filter(({ agreement }) => agreement > 0 && agreement >= KEPT * best).map(({ k }) => k),
  )
}

/** The adjusted Rand index (Hubert & Arabie 1985). */
export function adjustedRand(a: Int32Array, b: Int32Array): number {
  const [both, as, bs] = [new Map<string, number>(), new Map<number, number>(), new Map<number, number>()]
  const add = <K>(to: Map<K, number>, key: K) => to.set(key, (to.get(key) ?? 0) + 1)
  for (const [at, one] of a.entries()) {
    add(both, `${one} ${b[at]}`)
    add(as, one)
    add(bs, b[at] as number)
  }
  const pairs = (of: Map<unknown, number>) =>
    [...of.values()].reduce((sum, count) => sum + (count * (count - 1)) / 2, 0)
  const all = (a.length * (a.length - 1)) / 2
  const usual = all > 0 ? (pairs(as) * pairs(bs)) / all : 0
  const most = (pairs(as) + pairs(bs)) / 2
  return most === usual ? 1 : (pairs(both) - usual) / (most - usual)
}
