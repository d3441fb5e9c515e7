import { below, judgingStream } from '../encode/random.js'
import { ops, scope, type Tensor, tensor } from '../torch/index.js'
import { finish, type Steps, scoped } from './steps.js'

/** Similarities of a block of pictures to all centres of all runs: 32 MB. */
const CELLS = 8e6
/** A run ends when an iteration lowers its inertia by less than this share. */
const TOLERANCE = 1e-5
const ITERATIONS = 100

export interface Clustering {
  /** One cluster a picture, 0 … k - 1, length N. */
  clusters: Int32Array
  /** Sum of squared distances to the centres. */
  inertia: number
}

/**
 * k-means (Lloyd 1982) of `features` float32 `[N, D]` from the k-means++ start (Arthur & Vassilvitskii 2007), once for each
 * of the seeds, side by side: one product serves the centres of all runs. A cluster that loses its last picture keeps its
 * centre.
 */
export function kmeans(features: Tensor, k: number, seeds: readonly number[]): Clustering[] {
  return finish(kmeansSteps(features, k, seeds))
}

export function kmeansSteps(features: Tensor, k: number, seeds: readonly number[]): Steps<Clustering[]> {
  return scoped(function* () {
    const squares = features.square().sum([1])
    let active = seeds.map((_, run) => run)
    const results = seeds.map((): Clustering => ({ clusters: new Int32Array(), inertia: Infinity }))
    let centres = ops.stack(seeds.map((seed) => start(features, squares, k, seed)))
    for (let i = 0; i < ITERATIONS && active.length > 0; i++) {
      const before = centres
      const [moved, left] = scope(() => {
        const { sums, counts, clusters, inertias } = assign(features, squares, before)
        const going = active.filter((run, at) => {
          const result = results[run] as Clustering
          const inertia = inertias[at] as number
          const goes = result.inertia - inertia > TOLERANCE * inertia
          if (inertia < result.inertia) results[run] = { clusters: clusters[at] as Int32Array, inertia }
          return goes
        })
        const full = counts.gt(0).unsqueeze(2)
        const means = ops.where(full, sums.div(counts.clamp_min(1).unsqueeze(2)), before)
        const rows = tensor(
          going.map((run) => active.indexOf(run)),
          [going.length],
          'int64',
        )
        return [means.index_select(0, rows), going] as const
      })
      before.dispose()
      centres = moved
      active = left
      yield
    }
    return results
  })
}

/** For the centres `[G, k, D]` of G runs: sums `[G, k, D]` and counts `[G, k]` of their pictures, clusters and inertias. */
function assign(features: Tensor, squares: Tensor, centres: Tensor) {
  const [runs = 0, k = 0, dims = 0] = centres.shape
  const [count = 0] = features.shape
  const flat = centres.flatten(0, 1)
  const offsets = flat.square().sum([1])
  const sums = ops.zeros([runs * k, dims])
  const counts = ops.zeros([runs, k])
  const inertias = ops.zeros([runs])
  const clusters = Array.from({ length: runs }, () => new Int32Array(count))
  const step = Math.max(1, Math.floor(CELLS / Math.max(dims, runs * k)))
  for (let from = 0; from < count; from += step) {
    scope(() => {
      const size = Math.min(step, count - from)
      const block = features.narrow(0, from, size)
      // |x - c|² without |x|², which is the same for all centres
      const distances = block.mm(flat.t()).mul_(-2).add_(offsets).unflatten(1, [runs, k])
      const [least, nearest] = distances.min(2) as [Tensor, Tensor]
      const one = ops.zeros([size, runs, k]).scatter_(2, nearest.unsqueeze(2), 1)
      sums.addmm_(one.flatten(1).t(), block)
      counts.add_(one.sum([0]))
      inertias.add_(
        least
          .add(squares.narrow(0, from, size).unsqueeze(1))
          .clamp_min(0)
          .sum([0]),
      )
      for (const [run, own] of nearest.t().unbind().entries()) clusters[run]?.set(own.toArray(), from)
    })
  }
  return { sums: sums.unflatten(0, [runs, k]), counts, clusters, inertias: inertias.toArray() }
}

/** k-means++: each next centre is a picture drawn with a chance that grows with its squared distance to the others. */
function start(features: Tensor, squares: Tensor, k: number, seed: number): Tensor {
  return scope(() => {
    const draw = judgingStream(seed, 0x3e45)
    const [count = 0] = features.shape
    const nearest = new Float64Array(count).fill(1)
    const chosen: number[] = []
    for (let c = 0; c < k; c++) {
      const picked = drawn(nearest, draw()) ?? below(draw, count)
      chosen.push(picked)
      const distances = scope(() => {
        const centre = features.select(0, picked)
        return squares.add(centre.dot(centre)).sub(features.mv(centre).mul_(2)).clamp_min_(0).toFloat32()
      })
      for (let i = 0; i < count; i++) {
        const distance = distances[i] as number
        if (c === 0 || distance < (nearest[i] as number)) nearest[i] = distance
      }
    }
    return features.index_select(0, tensor(chosen, [k], 'int64'))
  })
}

/** The place in `weights` that a number from 0 to 1 falls on; undefined when all are 0. */
function drawn(weights: Float64Array, at: number): number | undefined {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (!(total > 0)) return undefined
  let left = at * total
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i] as number
    if (left < 0) return i
  }
  return weights.length - 1
}
