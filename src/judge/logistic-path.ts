import { noGrad, ops, scope, type Tensor, tensor } from '../torch/index.js'
import { bootstrap, hits } from './bootstrap.js'
import { usualPenalty } from './few.js'
import type { GridPoint } from './line.js'
import { type Classifiers, fit, type Problem } from './logistic.js'
import { accuracies, predictions } from './penalty.js'
import { type Prepared, type Principal, prepared, type Sides } from './prepared.js'
import { random } from './random.js'
import type { Progress, Score } from './score.js'

/** The BYOL paper's grid, strongest first: 45 from 1e5 down to 1e-6 at even distances of the logarithm. */
export const GRID: readonly number[] = Array.from({ length: 45 }, (_, i) => 10 ** (5 - i / 4))
/** Pictures that the whole grid is tried on, and at most so many are held out. */
const SAMPLE = 15_000
const HELD = 6000
/**
 * More pictures want a somewhat weaker penalty: on learned features of Fashion-MNIST 15,000 chose 56, while all 60,000 do
 * best at 6 to 18 (90.2 against 89.7 %). So the sample's best and its neighbours, most of them weaker, are tried on all.
 */
const FINALISTS = [-1, 0, 1, 2, 3, 4]
/** After so many in turn, two powers of ten, that are worse than the best before them weaker penalties are not tried. */
const PATIENCE = 8
/** To rank penalties: each begins where the stronger one before it ended, so a few steps are enough. */
const ROUGH = { tolerance: 3e-4, iterations: 15 }
/**
 * On features of an untrained network, weakly penalised, 1e-4 is 0.2 points from the optimum that scikit-learn finds;
 * 3e-5 is within 0.1.
 */
export const FINE = { tolerance: 3e-5 }
/** Below, nothing can be held out that says anything. */
const FEWEST = 10
/** Usual number of penalties and iterations together, for progress. */
const STEPS = GRID.length + 30

export interface LogisticPath {
  score: Score
  penalty: number
  /**
   * Every penalty that was tried, with the share of held-out pictures that are right when a `sample` of the others is fitted
   * and, for those in the last choice, when all others are (`held_out`). Empty for fewer than 10 pictures.
   */
  grid: GridPoint[]
}

/**
 * Multinomial logistic regression by L-BFGS on frozen, standardised features with all labels: the BYOL paper's transfer
 * protocol (arXiv 2006.07733, appendix C.3). The penalty, p / 2 · |slopes|² beside the SUM of the pictures' cross-entropies
 * (scikit-learn's 1 / C), is the best of 45 on a held-out tenth of the training pictures, at most 6,000; then the classifier
 * is fitted to all of them. The whole grid is tried on 15,000 of the others, the best few on all others. The repeats are a
 * bootstrap over the test pictures.
 * @throws UsageError when the banks do not fit together
 */
export function logisticPath(
  sides: Sides,
  options: { seed?: number; progress?: Progress } = {},
): LogisticPath {
  const { seed = 0, progress } = options
  return prepared(sides, {}, (forms) => logisticPathOf(forms, seed, progress))
}

export function logisticPathOf(forms: Prepared, seed: number, progress?: Progress): LogisticPath {
  const { principal, train, test } = forms
  return noGrad(() =>
    scope(() => {
      const count = train.labels.length
      let done = 0
      const onStep = () => progress?.(Math.min(++done, STEPS - 1), STEPS)
      const { penalty, grid, start } =
        count < FEWEST
          ? { penalty: usualPenalty(train), grid: [], start: undefined }
          : choose(forms, seed, onStep)
      const fitted = fit([problem(principal, undefined, [penalty])], {
        classes: train.classes,
        ...FINE,
        ...(start && { start }),
        onIteration: onStep,
      })
      const answers = predictions(fitted, principal.asked).flatten(0, 1).select(0, 0).toArray()
      progress?.(STEPS, STEPS)
      return { score: bootstrap([hits(answers, test.labels)], seed), penalty, grid }
    }),
  )
}

/** The best penalty on held-out pictures, and the classifier `[1, 1, K, R]` that had it. */
function choose({ principal, train }: Prepared, seed: number, onStep: () => void) {
  const { classes, labels } = train
  const order = random(seed, 0x10915).order(labels.length)
  const aside = Math.min(HELD, Math.floor(labels.length / 10))
  const held = rowsOf(principal, order.subarray(0, aside))
  const right = (tried: Fitted) => accuracies(tried, held.features, held.labels)[0] as number[]

  const sample = order.subarray(aside, aside + SAMPLE)
  const path: Fitted[] = []
  const first: number[] = []
  for (const tried of descent(problem(principal, sample, GRID), classes)) {
    path.push(tried)
    first.push(right(tried)[0] as number)
    onStep()
    if (path.length - 1 - best(first) === PATIENCE) break
  }
  const at = best(first)
  const grid = first.map((share, i): GridPoint => ({ penalty: GRID[i] as number, sample: share }))
  if (aside + sample.length === labels.length) {
    return { penalty: GRID[at] as number, grid, start: path[at] as Fitted }
  }
  const finalists = FINALISTS.map((step) => at + step).filter((i) => i in GRID)
  const starts = finalists.map((i) => path[i] as Fitted)
  const tried = fit(
    [
      problem(
        principal,
        order.subarray(aside),
        finalists.map((i) => GRID[i] as number),
      ),
    ],
    {
      classes,
      ...ROUGH,
      start: {
        slopes: ops.cat(
          starts.map(({ slopes }) => slopes),
          1,
        ),
        offsets: ops.cat(
          starts.map(({ offsets }) => offsets),
          1,
        ),
      },
      onIteration: onStep,
    },
  )
  const last = right(tried)
  finalists.forEach((i, f) => {
    grid[i] = { ...(grid[i] as GridPoint), held_out: last[f] as number }
  })
  const winner = best(last)
  return {
    penalty: GRID[finalists[winner] as number] as number,
    grid,
    start: { slopes: tried.slopes.narrow(1, winner, 1), offsets: tried.offsets.narrow(1, winner, 1) },
  }
}

type Fitted = Pick<Classifiers, 'slopes' | 'offsets'>

/** One classifier for each penalty of the problem, each begun where the one before it ended. */
function* descent({ penalties, weights, ...data }: Problem, classes: number): Generator<Fitted> {
  let start: Fitted | undefined
  for (const penalty of penalties.unbind()) {
    const one = { ...data, weights: weights.narrow(0, 0, 1), penalties: penalty.unsqueeze(0) }
    start = fit([one], { classes, ...ROUGH, ...(start && { start }) })
    yield start
  }
}

/** The position of the greatest value; of equals the first, which is the strongest penalty. */
function best(values: readonly number[]): number {
  return values.indexOf(Math.max(...values))
}

/** The given pictures, or all, with a classifier for each penalty, which is divided by their number as `fit` means. */
function problem(principal: Principal, rows: Int32Array | undefined, penalties: readonly number[]): Problem {
  const { features, labels } = rows
    ? rowsOf(principal, rows)
    : { features: principal.known, labels: principal.labels }
  const count = labels.numel
  return {
    features,
    labels,
    energy: principal.energy,
    weights: ops.ones([1, 1]).div_(count).expand([penalties.length, count]),
    penalties: tensor(penalties.map((penalty) => penalty / count)),
  }
}

function rowsOf({ known, labels }: Principal, rows: Int32Array): { features: Tensor; labels: Tensor } {
  const picked = tensor(rows).to('int64')
  return { features: known.index_select(0, picked), labels: labels.index_select(0, picked) }
}
