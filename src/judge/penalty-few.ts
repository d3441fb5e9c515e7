/** The penalty of a logistic regression: the best of a few, or the only one. */

import { judgingStream, permutation } from '../encode/random.js'
import { UsageError } from '../errors.js'
import { type Tensor, tensor } from '../torch/index.js'
import type { GridPoint } from './line.js'
import { type Classifiers, fitSteps } from './logistic.js'
import { accuracies } from './predictions.js'
import type { Prepared } from './prepared.js'
import { problemOf, rowsOf } from './problem.js'
import { type Steps, scoped } from './steps.js'

export type Fitted = Pick<Classifiers, 'slopes' | 'offsets'>

/** A penalty, and how it was found. */
export interface Choice {
  penalty: number
  /** The same beside the mean of the pictures' cross-entropies. */
  perPicture: number
  grid: GridPoint[]
  /** A classifier `[1, 1, K, R]` to begin from. */
  start?: Fitted
}

/** Pictures among which penalties are chosen: held-out accuracies of 2,000 tell them apart, at a third of the time. */
const CHOOSING = 20_000
/** Enough to rank penalties: on raw Fashion-MNIST a tighter one moves held-out accuracies by less than their own error. */
const ROUGH = 1e-3

/**
 * The best of some penalties, all fitted side by side, on a random tenth of the training pictures (of 20,000 of them, if there
 * are more); of equals the strongest. Penalties stand beside the MEAN of the pictures' cross-entropies.
 * @throws UsageError for fewer than 10 pictures, unless there is but one penalty
 */
export function* bestOfFew(
  { principal, train }: Prepared,
  penalties: readonly number[],
  seed: number,
  onStep: () => void,
): Steps<Choice> {
  const [only = 0] = penalties
  if (penalties.length === 1) return { penalty: only, perPicture: only, grid: [] }
  const count = train.labels.length
  if (count < 10) {
    throw new UsageError(
      `expected at least 10 training pictures for a held-out tenth, got ${count}: use more pictures, or a single penalty`,
    )
  }
  return yield* scoped(function* () {
    const some = Math.min(count, CHOOSING)
    const sample = permutation(judgingStream(seed, 0xc400), count).subarray(0, some)
    const part = problemOf(principal, sample, penalties)
    const held = permutation(judgingStream(seed, 0, 0x5b117), some).subarray(0, Math.floor(some / 10))
    const fitted = yield* fitSteps(
      [{ ...part, weights: without(held, some).expand([penalties.length, some]) }],
      {
        classes: train.classes,
        tolerance: ROUGH,
        onIteration: onStep,
      },
    )
    const asked = rowsOf({ ...principal, known: part.features, labels: part.labels }, held)
    const right = accuracies(fitted, asked.features, asked.labels)[0] as number[]
    const most = Math.max(...right)
    const penalty = Math.max(...penalties.filter((_, i) => right[i] === most))
    const grid = penalties.map((each, i): GridPoint => ({ penalty: each, held_out: right[i] as number }))
    return { penalty, perPicture: penalty, grid }
  })
}

/** Equal weights `[1, N]` for all pictures but the held-out ones. */
function without(held: Int32Array, count: number): Tensor {
  const weights = new Float32Array(count).fill(1 / (count - held.length))
  for (const i of held) weights[i] = 0
  return tensor(weights, [1, count])
}
