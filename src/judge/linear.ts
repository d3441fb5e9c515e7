import { type Bank, checkPair } from '../encode/bank.js'
import { UsageError } from '../errors.js'
import { noGrad, ops, scope, type Tensor, tensor } from '../torch/index.js'
import { bootstrap, hits } from './bootstrap.js'
import { fit } from './logistic.js'
import { accuracies, best, PENALTIES, predictions } from './penalty.js'
import { prepared } from './prepared.js'
import { random } from './random.js'
import type { Progress, Score } from './score.js'

export interface LinearOptions {
  /** Held-out splits, each of which chooses its penalty. Default 3. */
  seeds?: number
  seed?: number
  penalties?: readonly number[]
  progress?: Progress
}

export interface LinearScore extends Score {
  /** The penalty that each split chose. */
  penalties: number[]
}

/** Pictures among which penalties are chosen: held-out accuracies of 2,000 tell them apart, at a third of the time. */
const CHOOSING = 20_000
/** Enough to rank penalties: on raw Fashion-MNIST a tighter one moves held-out accuracies by less than their own error. */
const ROUGH = 1e-3
/** On raw Fashion-MNIST within 0.1 points of 1e-5, of either sign, where the test set's standard error is 0.37. */
const FINE = 1e-4

/**
 * The linear probe: multinomial logistic regression on frozen features with all labels. Features are standardised with
 * the training set's statistics. For each seed a random tenth of the training set (of 20,000 pictures of it, if it is
 * larger) is held out, the penalty with the best accuracy on it is taken, and the classifier is fitted anew on the whole
 * training set.
 *
 * All seeds share the training set and the fit has one optimum, so the splits differ only in the penalty; the repeats are
 * therefore a bootstrap over both the splits and the test pictures.
 * @throws UsageError when the banks do not fit together or hold too few pictures to split
 */
export function linearProbe(train: Bank, test: Bank, options: LinearOptions = {}): LinearScore {
  const { seeds = 3, seed = 0, penalties = PENALTIES, progress } = options
  checkPair(train, test)
  const count = train.labels.length
  if (seeds < 1 || penalties.length < 1) {
    throw new UsageError(
      `expected at least one seed and one penalty, got ${seeds} and ${penalties.length}: leave them out for the defaults`,
    )
  }
  if (count < 10) {
    throw new UsageError(
      `expected at least 10 training pictures for a held-out tenth, got ${count}: use more pictures`,
    )
  }
  return prepared({ train, test }, {}, ({ principal: { known, asked, energy, labels } }) =>
    noGrad(() =>
      scope(() => {
        const problem = { features: known, energy, labels }
        const steps = counter(progress)
        const chosen = scope(() => {
          const some = Math.min(count, CHOOSING)
          const sample = tensor(random(seed, 0xc400).order(count).subarray(0, some)).to('int64')
          const part = {
            energy,
            features: known.index_select(0, sample),
            labels: labels.index_select(0, sample),
          }
          const splits = Array.from({ length: seeds }, (_, s) =>
            random(seed, s, 0x5b117)
              .order(some)
              .subarray(0, Math.floor(some / 10)),
          )
          const weights = ops.cat(splits.map((held) => without(held, some).expand([penalties.length, some])))
          const all = tensor(splits.flatMap(() => [...penalties]))
          const fitted = fit([{ ...part, weights, penalties: all }], {
            classes: train.classes,
            tolerance: ROUGH,
            onIteration: steps,
          })
          return splits.map((held, s) => {
            const own = (each: Tensor) => each.narrow(1, s * penalties.length, penalties.length)
            const classifiers = { ...fitted, slopes: own(fitted.slopes), offsets: own(fitted.offsets) }
            const rows = tensor(held).to('int64')
            return best(
              accuracies(
                classifiers,
                part.features.index_select(0, rows),
                part.labels.index_select(0, rows),
              )[0] as number[],
            )
          })
        })
        const different = [...new Set(chosen)]
        const fitted = fit(
          [
            {
              ...problem,
              weights: ops.ones([different.length, count]).div_(count),
              penalties: tensor(different.map((at) => penalties[at] as number)),
            },
          ],
          { classes: train.classes, tolerance: FINE, onIteration: steps },
        )
        const predicted = predictions(fitted, asked).flatten(0, 1).unbind()
        const right = different.map((_, i) => hits((predicted[i] as Tensor).toArray(), test.labels))
        const runs = chosen.map((at) => right[different.indexOf(at)] as Uint8Array)
        return { ...bootstrap(runs, seed), penalties: chosen.map((at) => penalties[at] as number) }
      }),
    ),
  )
}

/** Equal weights `[1, N]` for all pictures but the held-out ones. */
function without(held: Int32Array, count: number): Tensor {
  const weights = new Float32Array(count).fill(1 / (count - held.length))
  for (const i of held) weights[i] = 0
  return tensor(weights, [1, count])
}

/** Iterations are not known beforehand: progress counts them against what is usual, and never runs over. */
function counter(progress: Progress | undefined): () => void {
  const usual = 60
  let done = 0
  return () => progress?.(Math.min(++done, usual - 1), usual)
}
