import { checkFeatures } from '../encode/bank.js'
import { judgingStream } from '../encode/random.js'
import { UsageError } from '../errors.js'
import { ops, scope, symmetricEigen, type Tensor, tensor } from '../torch/index.js'
import { affinities } from './affinities.js'
import { normalised } from './nearest.js'
import type { Progress } from './score.js'
import { finish, type Steps, scoped } from './steps.js'

export interface MapOptions {
  /** Only moves points of identical pictures apart: the start is the first two principal components. */
  seed?: number
  /** About how many neighbours each point minds; at most a third of the points. Default 30. */
  perplexity?: number
  /** Default 500, a quarter of them with exaggerated attraction. */
  iterations?: number
  progress?: Progress
}

const MOST = 5000
const EXAGGERATION = 12
/** Rows at once: 128 · 1,500 cells stay in the second-level cache through all passes. */
const ROWS = 128

/**
 * A two-dimensional map of features float32 `[N, D]` by exact t-SNE (van der Maaten & Hinton 2008) with a principal
 * component start and a learning rate of N / 12 (Kobak & Berens 2019): `[N][2]`, centred, -1 to 1. Distances are those
 * of the unit vectors. Time and memory grow with N²; why not a library: docs/decisions/0003-map.md.
 * @throws UsageError for fewer than 4 or more than 5,000 points, or a perplexity that is not above 1
 */
export function map2d(features: Tensor, options: MapOptions = {}): [number, number][] {
  return finish(map2dSteps(features, options))
}

export function* map2dSteps(features: Tensor, options: MapOptions = {}): Steps<[number, number][]> {
  const { seed = 0, perplexity = 30, iterations = 500, progress } = options
  const [n] = checkFeatures(features, 'map')
  if (n < 4 || n > MOST) {
    throw new UsageError(
      `expected 4 to ${MOST} points for a map, got ${n}: take a random part of the pictures`,
    )
  }
  if (!(perplexity > 1)) throw new UsageError(`expected a perplexity above 1, got ${perplexity}: 30 is usual`)
  return yield* scoped(function* () {
    const unit = normalised(features)
    const p = affinities(unit, Math.min(perplexity, n / 3))
    const points = start(unit, seed)
    const velocity = ops.zeros_like(points)
    const gains = ops.ones_like(points)
    const rate = Math.max(n / EXAGGERATION, 50)
    for (let i = 0; i < iterations; i++) {
      const early = i < iterations / 4
      scope(() => {
        const slope = gradient(p, points, early ? EXAGGERATION : 1)
        // Jacobs 1988: a coordinate that keeps its direction speeds up
        const same = slope.sign().eq(velocity.sign())
        gains.copy_(ops.where(same, gains.mul(0.8), gains.add(0.2)).clamp_min_(0.01))
        velocity.mul_(early ? 0.5 : 0.8).sub_(slope.mul_(gains).mul_(rate))
        points.add_(velocity)
      })
      progress?.(i + 1, iterations)
      yield
    }
    points.sub_(points.mean([0]))
    const flat = points.div(points.abs().max().clamp_min(1e-12)).toArray()
    return Array.from({ length: n }, (_, i): [number, number] => [
      flat[2 * i] as number,
      flat[2 * i + 1] as number,
    ])
  })
}

/** The gradient of the Kullback-Leibler divergence, `[N, 2]`. */
function gradient(p: Tensor, points: Tensor, exaggeration: number): Tensor {
  const [n = 0] = points.shape
  // [y, 1]: one product gives the weighted sum of neighbours and the sum of weights
  const both = ops.cat([points, ops.ones([n, 1])], 1)
  const squares = points.square().sum([1], true)
  const attraction: Tensor[] = []
  const repulsion: Tensor[] = []
  let total = 0
  for (let from = 0; from < n; from += ROWS) {
    const [pull, push, sum] = scope(() => {
      const count = Math.min(ROWS, n - from)
      const own = points.narrow(0, from, count)
      const near = ops.addmm(squares.t(), own, points.t(), { alpha: -2 })
      near
        .add_(squares.narrow(0, from, count).add(1))
        .clamp_min_(1)
        .reciprocal_()
      const pulls = p.narrow(0, from, count).mul(near).mm(both)
      const sums = near.sum()
      const pushes = near.mul_(near).mm(both)
      const force = (sums: Tensor) => own.mul(sums.narrow(1, 2, 1)).sub_(sums.narrow(1, 0, 2))
      return [force(pulls), force(pushes), sums.item()] as const
    })
    attraction.push(pull)
    repulsion.push(push)
    total += sum
  }
  // a point has no affinity to itself, and its own weight of 1 counts in no sum
  return ops
    .cat(attraction)
    .mul_(4 * exaggeration)
    .sub_(ops.cat(repulsion).mul_(4 / (total - n)))
}

/** The first two principal components at a small size, `[N, 2]`. */
function start(unit: Tensor, seed: number): Tensor {
  const [n = 0, d = 0] = unit.shape
  const centred = unit.sub(unit.mean([0]))
  const [, vectors] = symmetricEigen(centred.t().mm(centred))
  const two = vectors.narrow(1, Math.max(0, d - 2), Math.min(2, d)).flip([1])
  // eigenvectors have no sign of their own: the largest entry becomes positive, so that maps agree across machines
  const largest = two.gather(0, two.abs().argmax(0, true))
  const points = centred.mm(two.mul(largest.sign()))
  const draw = judgingStream(seed, 0x75e)
  const noise = tensor(
    Float32Array.from({ length: 2 * n }, () => draw() - 0.5),
    [n, 2],
  )
  const size = points.narrow(1, 0, 1).square().mean().sqrt().clamp_min(1e-12)
  return points.div(size).add(noise.mul(0.01)).mul_(1e-4)
}
