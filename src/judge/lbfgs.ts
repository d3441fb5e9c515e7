import { ops, scope, type Tensor } from '../torch/index.js'
import type { Steps } from './steps.js'

/** Values `[B]` and gradients `[B, P]` of B separate functions at the B rows of `points` `[B, P]`. */
export type Evaluate = (points: Tensor) => { values: Tensor; gradients: Tensor }

export interface MinimiseOptions {
  /** A diagonal guess of the inverse Hessian, above 0, `[B, P]`: makes or breaks the speed. */
  inverse: Tensor
  /** Stops when gradient · inverse · gradient is at most this share of the value for every function. */
  tolerance: number
  iterations: number
  onIteration?: (done: number) => void
}

const HISTORY = 10
const SUFFICIENT = 1e-4
const HALVINGS = 12

interface Pair {
  step: Tensor
  change: Tensor
  /** 1 / (step · change), 0 for a function whose pair says nothing; `[B, 1]`. */
  weight: Tensor
}

interface State {
  points: Tensor
  values: Tensor
  gradients: Tensor
  pairs: Pair[]
}

/**
 * Minimises B smooth convex functions side by side by L-BFGS (Nocedal & Wright, algorithm 7.4) from the rows of
 * `start` `[B, P]`: each has its own memory, step length and end. Side by side, because one product with 60 columns
 * takes hardly longer than one with 10.
 */
export function* minimise(
  evaluate: Evaluate,
  start: Tensor,
  options: MinimiseOptions,
): Steps<{ points: Tensor; iterations: number }> {
  const { inverse, tolerance, iterations, onIteration } = options
  let state: State = scope(() => ({ points: start.clone(), ...evaluate(start), pairs: [] }))
  let done = 0
  for (; done < iterations; done++) {
    if (converged(state, inverse, tolerance)) break
    const before = state
    const next = scope(() => advance(before, inverse, evaluate))
    if (!next) break
    release(before, held(next))
    state = next
    onIteration?.(done + 1)
    yield
  }
  release(state, [state.points])
  return { points: state.points, iterations: done }
}

function converged({ values, gradients }: State, inverse: Tensor, tolerance: number): boolean {
  return scope(() => {
    const decrease = gradients.mul(gradients).mul(inverse).sum([1])
    // equal where nothing is left to lower, as with a single class
    return decrease.sub(values.abs().mul(tolerance)).amax([0]).item() <= 0
  })
}

/** One step of every function; undefined when none can go lower in this precision. */
function advance(state: State, inverse: Tensor, evaluate: Evaluate): State | undefined {
  const { points, values, gradients, pairs } = state
  const direction = directions(state, inverse)
  const slope = dot(direction, gradients).clamp_max(0)
  let length = ops.ones_like(slope)
  for (let halvings = 0; halvings <= HALVINGS; halvings++) {
    const tried = points.add(direction.mul(length))
    const next = evaluate(tried)
    // an unchanged value passes: at the optimum, rounding hides the decrease
    const limit = values.add(length.mul(slope).mul(SUFFICIENT).squeeze(1)).add(values.abs().mul(1e-7))
    const low = next.values.le(limit)
    if (low.all().item() === 1) {
      const step = tried.sub(points)
      const change = next.gradients.sub(gradients)
      const product = dot(step, change)
      const useful = product.gt(dot(change, change.mul(inverse)).mul(1e-7))
      const weight = ops.where(useful, product.reciprocal(), 0)
      return { points: tried, ...next, pairs: [...pairs, { step, change, weight }].slice(-HISTORY) }
    }
    length = ops.where(low.unsqueeze(1), length, length.mul(0.5))
  }
  return undefined
}

/** Downhill directions `[B, P]`: the two-loop recursion. */
function directions({ gradients, pairs }: State, inverse: Tensor): Tensor {
  let q = gradients
  const shares: Tensor[] = []
  for (const { step, change, weight } of pairs.toReversed()) {
    const share = dot(step, q).mul(weight)
    q = q.sub(change.mul(share))
    shares.push(share)
  }
  q = q.mul(inverse)
  const last = pairs.at(-1)
  if (last) {
    const length = dot(last.change, last.change.mul(inverse)).mul(last.weight)
    q = q.div(ops.where(length.gt(0), length, 1))
  }
  for (const { step, change, weight } of pairs) {
    const share = shares.pop() as Tensor
    q = q.add(step.mul(share.sub(dot(change, q).mul(weight))))
  }
  return q.neg()
}

/** Row by row, `[B, 1]`. */
function dot(a: Tensor, b: Tensor): Tensor {
  return a.mul(b).sum([1], true)
}

/** Frees what `state` holds, but not what is in `kept`. */
function release(state: State, kept: readonly Tensor[]): void {
  const stay = new Set(kept)
  for (const tensor of held(state)) if (!stay.has(tensor)) tensor.dispose()
}

function held({ points, values, gradients, pairs }: State): Tensor[] {
  return [points, values, gradients, ...pairs.flatMap(({ step, change, weight }) => [step, change, weight])]
}
