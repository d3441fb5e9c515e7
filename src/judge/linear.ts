import type { Bank } from '../encode/bank.js'
import { judgingStream, permutation } from '../encode/random.js'
import { tensor } from '../torch/index.js'
import { bootstrap, hits } from './bootstrap.js'
import type { GridPoint } from './line.js'
import { accuracies, predictions } from './predictions.js'
import { type Prepared, prepared } from './prepared.js'
import type { Progress, Score } from './score.js'
import { sgdSteps, stepsOf } from './sgd.js'
import { type Steps, scoped } from './steps.js'

/** The BYOL paper's. */
export const RATES: readonly number[] = [0.4, 0.3, 0.2, 0.1, 0.05]
/**
 * The paper trains 80 epochs on features as they are. Measured on Fashion-MNIST at the best rate, features as they are /
 * standardised: learned 87.5 / 89.6 % after 10 epochs, 88.8 / 90.1 after 30; untrained 82.1 / 85.2 and 83.8 / 85.2; pixels
 * 84.6 / 84.6 both times. So features are standardised, whose classifier has converged after 30 epochs where the other is
 * still on its way after 80.
 */
const EPOCHS = 30
/** Sets that make fewer steps in 30 epochs get more epochs, but no more than the paper's. */
const STEPS = 1770
const MOST = 80
/** The share of the epochs that is enough to choose a rate. */
const TRIAL = 1 / 3
/** Below, nothing can be held out that says anything. */
const FEWEST = 10

export interface LinearOptions {
  /** Default 0. */
  seed?: number
  progress?: Progress
}

export interface LinearScore extends Score {
  /** The learning rate that was chosen. */
  rate: number
  epochs: number
  /** Every rate with its share of right answers on `held_out` training pictures; empty for fewer than 10 pictures. */
  grid: GridPoint[]
}

/**
 * The linear probe of the papers, the table's `linear`: a linear classifier by stochastic gradient descent on frozen features
 * with all labels. The learning rate is the best of five on a held-out tenth of the training set; then the classifier is
 * trained anew on all of it. Features are standardised. The repeats are a bootstrap over the test pictures.
 * @throws UsageError when the banks do not fit together
 */
export function linearProbe(train: Bank, test: Bank, options: LinearOptions = {}): LinearScore {
  const { seed = 0, progress } = options
  return prepared({ train, test }, {}, (forms) => linearOf(forms, seed, progress))
}

/** As `linearProbe`, on what protocols share. */
export function linearOf(
  { principal, train, test }: Prepared,
  seed: number,
  progress?: Progress,
): Steps<LinearScore> {
  return scoped(function* () {
    const { known, asked, labels } = principal
    const { classes } = train
    const count = train.labels.length
    const grid: GridPoint[] = []
    if (count >= FEWEST) {
      const order = permutation(judgingStream(seed, 0x11ea), count)
      const held = tensor(order.subarray(0, Math.floor(count / 10))).to('int64')
      const rest = tensor(order.subarray(Math.floor(count / 10))).to('int64')
      const epochs = Math.ceil(TRIAL * epochsFor(rest.numel))
      const tried = yield* sgdSteps(known.index_select(0, rest), labels.index_select(0, rest), {
        classes,
        rates: RATES,
        epochs,
        seed,
        onStep: (done, total) => progress?.(done / total, 3),
      })

      const right = accuracies(
        tried,
        known.index_select(0, held),
        labels.index_select(0, held),
      )[0] as number[]
      grid.push(...RATES.map((rate, i) => ({ rate, held_out: right[i] as number })))
    }
    const most = Math.max(...grid.map(({ held_out = 0 }) => held_out))
    const rate = grid.findLast(({ held_out }) => held_out === most)?.rate ?? (RATES.at(-1) as number)
    const epochs = epochsFor(count)
    const fitted = yield* sgdSteps(known, labels, {
      classes,
      rates: [rate],
      epochs,
      seed,
      onStep: (done, total) => progress?.(1 + (2 * done) / total, 3),
    })
    const answers = predictions(fitted, asked).flatten(0, 1).select(0, 0).toArray()
    return { ...bootstrap([hits(answers, test.labels)], seed), rate, epochs, grid }
  })
}

/** Passes over a training set of `count` pictures. */
export function epochsFor(count: number): number {
  return Math.min(MOST, Math.max(EPOCHS, Math.ceil(STEPS / stepsOf(count))))
}
