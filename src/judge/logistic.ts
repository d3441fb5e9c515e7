import { ops, scope, type Tensor } from '../torch/index.js'
import { minimise } from './lbfgs.js'
import { finish, type Steps, scoped } from './steps.js'

/** Cells of a block of features, 32 MB: bounds the memory, and large enough that threads seldom wait for each other. */
const BLOCK = 8e6

/** Labelled features that several classifiers are fitted to, each with its own weights of the rows and penalty. */
export interface Problem {
  /** float32 `[N, R]`, uncorrelated columns of mean 0 (see `principalBasis`). */
  features: Tensor
  /** Mean square of each column, `[R]`. */
  energy: Tensor
  /** int64 `[N]`. */
  labels: Tensor
  /** float32 `[L, N]`, 0 or above, each row summing to 1: what a picture counts for each classifier. */
  weights: Tensor
  /** L2 penalties, above 0, `[L]`. */
  penalties: Tensor
}

/** G · L linear classifiers: `slopes` `[G, L, K, R]` and `offsets` `[G, L, K]`. */
export interface Classifiers {
  slopes: Tensor
  offsets: Tensor
  iterations: number
}

export interface FitOptions {
  classes: number
  /** Where to stop, as a share of the objective. */
  tolerance: number
  /** At most so many steps. Default 300. */
  iterations?: number
  /** Where to begin; at zero by default. */
  start?: Pick<Classifiers, 'slopes' | 'offsets'>
  onIteration?: (done: number) => void
}

/**
 * Multinomial logistic regression with an L2 penalty on the slopes, none on the offsets: for each of the G problems and
 * L penalties the minimum of sum_i weight_i · cross-entropy_i + penalty / 2 · |slopes|². All G · L at once; the problems
 * must agree in R and L.
 */
export function fit(problems: readonly Problem[], options: FitOptions): Classifiers {
  return finish(fitSteps(problems, options))
}

export function fitSteps(problems: readonly Problem[], options: FitOptions): Steps<Classifiers> {
  const { classes, tolerance, iterations = 300, start, onIteration } = options
  return scoped(function* () {
    const [first] = problems as [Problem]
    const columns = first.energy.numel
    const many = first.penalties.numel
    const inverse = ops.cat(problems.map((problem) => curvature(problem, classes))).reciprocal()
    const found = yield* minimise(
      (points) => {
        const parts = points.unflatten(0, [problems.length, many]).unbind()
        const all = problems.map((problem, g) => evaluate(problem, parts[g] as Tensor, classes))
        return {
          values: ops.cat(all.map((one) => one.values)),
          gradients: ops.cat(all.map((one) => one.gradients)),
        }
      },
      start ? ops.cat([start.slopes.flatten(2), start.offsets], 2).flatten(0, 1) : ops.zeros_like(inverse),
      { inverse, tolerance, iterations, ...(onIteration && { onIteration }) },
    )
    const points = found.points.unflatten(0, [problems.length, many])
    return {
      slopes: points
        .narrow(2, 0, columns * classes)
        .unflatten(2, [classes, columns])
        .contiguous(),
      offsets: points.narrow(2, columns * classes, classes).contiguous(),
      iterations: found.iterations,
    }
  })
}

/** An upper bound of the Hessian's diagonal `[L, K · (R + 1)]` (Böhning 1992: half the features' second moments). */
function curvature({ energy, penalties }: Problem, classes: number): Tensor {
  const slopes = energy.mul(0.5).unsqueeze(0).add(penalties.unsqueeze(1)).repeat([1, classes])
  const offsets = ops.full([penalties.numel, classes], 0.5)
  return ops.cat([slopes, offsets], 1)
}

/** The objective's L values and gradients `[L, K · (R + 1)]`, in blocks of pictures. */
function evaluate(problem: Problem, points: Tensor, classes: number): { values: Tensor; gradients: Tensor } {
  return scope(() => {
    const { features, labels, weights, penalties } = problem
    const [rows = 0, columns = 0] = features.shape
    const many = penalties.numel
    const slopes = points.narrow(1, 0, columns * classes)
    // all classifiers one below the other, [L · K, R]: one product for all, and softmax runs across pictures
    const stacked = slopes.reshape([many * classes, columns])
    const offsets = points.narrow(1, columns * classes, classes).unsqueeze(2)
    const losses = ops.zeros([many])
    const slopeGradient = ops.zeros([many * classes, columns])
    const offsetGradient = ops.zeros([many, classes])
    const step = Math.max(1, Math.floor(BLOCK / Math.max(columns, many * classes)))
    for (let from = 0; from < rows; from += step) {
      scope(() => {
        const count = Math.min(step, rows - from)
        const block = features.narrow(0, from, count)
        const share = weights.narrow(1, from, count)
        const right = labels.narrow(0, from, count).expand([many, 1, count])
        const logs = ops.log_softmax(stacked.mm(block.t()).unflatten(0, [many, classes]).add_(offsets), 1)
        losses.sub_(logs.gather(1, right).squeeze(1).mul(share).sum([1]))
        const ones = ops.ones([1, 1, 1]).expand([many, 1, count])
        const residual = logs.exp_().scatter_add_(1, right, ones.neg()).mul_(share.unsqueeze(1))
        slopeGradient.addmm_(residual.flatten(0, 1), block)
        offsetGradient.add_(residual.sum([2]))
      })
    }
    const penalty = penalties.unsqueeze(1)
    return {
      values: losses.add(slopes.mul(slopes).mul(penalty).sum([1]).mul(0.5)),
      gradients: ops.cat([slopeGradient.reshape([many, -1]).add(slopes.mul(penalty)), offsetGradient], 1),
    }
  })
}
