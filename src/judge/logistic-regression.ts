import type { Bank } from '../encode/bank.js'
import { UsageError } from '../errors.js'
import { bootstrap, hits } from './bootstrap.js'
import type { GridPoint } from './line.js'
import { fitSteps } from './logistic.js'
import { bestOfFew, type Choice } from './penalty-few.js'
import { bestOfPath, GRID } from './penalty-path.js'
import { predictions } from './predictions.js'
import { type Prepared, prepared } from './prepared.js'
import { problemOf } from './problem.js'
import type { Progress, Score } from './score.js'
import { type Steps, scoped } from './steps.js'

/**
 * On features of an untrained network, weakly penalised, 1e-4 is 0.2 points from the optimum that scikit-learn finds;
 * 3e-5 is within 0.1.
 */
export const FINE = { tolerance: 3e-5 }
/** Usual number of penalties and iterations together, for progress. */
const STEPS = GRID.length + 30

export interface LogisticOptions {
  /**
   * L2 penalties p above 0, as p / 2 · |slopes|² beside the mean of the pictures' cross-entropies (scikit-learn's 1 / (C · N)):
   * the best of them on a held-out tenth is taken, a single one as it is. Without, the BYOL paper's 45, which stand beside the
   * sum.
   */
  penalties?: readonly number[]
  /** Where the last fit stops, as a share of the objective. Default 3e-5. */
  tolerance?: number
  /** Default 0. */
  seed?: number
  progress?: Progress
}

export interface LogisticScore extends Score {
  /** The one that was chosen, of those that were given or the paper's. */
  penalty: number
  /**
   * Every penalty that was tried, with the share of held-out pictures that are right when all others are fitted (`held_out`)
   * or a `sample` of them. Empty where nothing was chosen: for a single penalty, or fewer than 10 pictures.
   */
  grid: GridPoint[]
}

/**
 * Multinomial logistic regression by L-BFGS on frozen, standardised features with all labels; the table's `logistic`, which is
 * the BYOL paper's transfer protocol (arXiv 2006.07733, appendix C.3). A penalty is chosen on held-out training pictures, then
 * the classifier is fitted to all of them. The repeats are a bootstrap over the test pictures.
 * @throws UsageError when the banks do not fit together, a penalty is not above 0, or there are too few pictures to choose one
 */
export function logisticRegression(train: Bank, test: Bank, options: LogisticOptions = {}): LogisticScore {
  const { penalties, tolerance = FINE.tolerance, seed = 0, progress } = options
  if (penalties && !(Math.min(...penalties, Number.POSITIVE_INFINITY) > 0 && penalties.length > 0)) {
    throw new UsageError(
      `expected one penalty or more, all above 0, got [${penalties}]: leave them out for the paper's 45`,
    )
  }
  return prepared({ train, test }, {}, (forms) =>
    chosenAndFitted(forms, { tolerance, seed, ...(progress && { progress }) }, (onStep) =>
      penalties ? bestOfFew(forms, penalties, seed, onStep) : bestOfPath(forms, seed, onStep),
    ),
  )
}

/** As `logisticRegression` with the paper's penalties, on what protocols share. */
export function logisticOf(forms: Prepared, seed: number, progress?: Progress): Steps<LogisticScore> {
  const options = { ...FINE, seed, ...(progress && { progress }) }
  return chosenAndFitted(forms, options, (onStep) => bestOfPath(forms, seed, onStep))
}

function chosenAndFitted(
  { principal, train, test }: Prepared,
  { tolerance, seed, progress }: { tolerance: number; seed: number; progress?: Progress },
  choose: (onStep: () => void) => Steps<Choice>,
): Steps<LogisticScore> {
  return scoped(function* () {
    let done = 0
    // iterations are not known beforehand: progress never runs over
    const onStep = () => progress?.(Math.min(++done, STEPS - 1), STEPS)
    const { penalty, perPicture, grid, start } = yield* choose(onStep)
    const fitted = yield* fitSteps([problemOf(principal, undefined, [perPicture])], {
      classes: train.classes,
      tolerance,
      ...(start && { start }),
      onIteration: onStep,
    })
    const answers = predictions(fitted, principal.asked).flatten(0, 1).select(0, 0).toArray()
    progress?.(STEPS, STEPS)
    return { ...bootstrap([hits(answers, test.labels)], seed), penalty, grid }
  })
}
