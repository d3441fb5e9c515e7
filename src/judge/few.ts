import type { Bank } from '../encode/bank.js'
import { UsageError } from '../errors.js'
import { ops, scope, type Tensor, tensor } from '../torch/index.js'
import { average, hits, overDraws, resampledMeans, share } from './bootstrap.js'
import { drawnRows } from './labelled.js'
import { fitSteps, type Problem } from './logistic.js'
import { predictions } from './predictions.js'
import { type Prepared, type Principal, prepared } from './prepared.js'
import type { Progress, Score } from './score.js'
import { type Steps, scoped } from './steps.js'

/**
 * The penalty beside the SUM of the labelled pictures' cross-entropies, that is, one prior for standardised features
 * however many labels there are: the root of the number of features. Measured on Fashion-MNIST, mean accuracy over draws at
 * 10 / 30 / 100 and the best of nine from 0.03 to 300: learned (1,024 features) 1 label a class 54.6 / 54.6 / 54.7 (55.0),
 * 10: 74.4 / 74.6 / 74.6 (74.6), 100: 83.2 / 83.3 / 82.9 (83.3), 600: 87.1 / 87.3 / 87.1 (87.3); pixels (784) 46.2 / 46.2 /
 * 46.5 (46.9), 70.3 / 70.4 / 70.1 (70.4), 79.3 / 79.8 / 79.8 (79.8), 81.7 / 82.7 / 83.0 (83.0). Of 64 learned features 10
 * was best, of 256 10 to 30. Cross-validation inside a draw of 10 labels chose at random: 20 pictures a fold cannot tell
 * penalties apart.
 */
export function usualPenalty({ features }: Bank): number {
  return Math.sqrt(features.shape[1] as number)
}

/** On learned features of Fashion-MNIST within 0.1 points of 1e-5 on average, where draws differ by 0.2 to 2. */
const ENOUGH = 1e-3

/** How many labels: so many of each class, or a share of each class's pictures. */
export type Amount = { perClass: number } | { share: number }

export interface FewOptions {
  /** Labelled pictures a class; all of a class that has fewer. Default 10. */
  perClass?: number
  /** Random draws of the labelled pictures. Default 10. */
  draws?: number
  /** Default 0. The same seed draws the same pictures for every representation. */
  seed?: number
  progress?: Progress
}

export interface FewScore extends Score {
  perClass: number
}

/**
 * How far a handful of labels goes: logistic regression fitted to `perClass` random training pictures a class. Features
 * are standardised with the whole training set's statistics, which need no labels. The repeats are the draws; the
 * standard error counts the draws and the test pictures, and the interval is Student's t.
 * @throws UsageError when the banks do not fit together, or `perClass` or `draws` is below 1
 */
export function fewLabels(train: Bank, test: Bank, options: FewOptions = {}): FewScore {
  const { perClass = 10, draws = 10, seed = 0, progress } = options
  if (!(perClass >= 1) || !(draws >= 1)) {
    throw new UsageError(
      `expected perClass and draws of 1 or more, got ${perClass} and ${draws}: 10 of both are usual`,
    )
  }
  const score = prepared({ train, test }, {}, (forms) => fewOf(forms, { perClass }, draws, seed))
  progress?.(1, 1)
  return { ...score, perClass }
}

/** As `fewLabels`, for any amount. */
export function* fewOf(forms: Prepared, amount: Amount, draws: number, seed: number): Steps<Score> {
  const { principal, train, test } = forms
  const penalty = usualPenalty(train)
  const answers = yield* scoped(function* () {
    const drawn = Array.from({ length: draws }, (_, d) =>
      problem(principal, labelled(train, amount, seed, d), penalty),
    )
    const fitted = yield* fitSteps(
      drawn.map((one) => one.problem),
      { classes: train.classes, tolerance: ENOUGH },
    )
    // one product classifies the test pictures for all draws
    const shift = ops.stack(drawn.map(({ mean }, d) => (fitted.slopes.select(0, d) as Tensor).matmul(mean)))
    const answers = predictions(
      { slopes: fitted.slopes, offsets: fitted.offsets.sub(shift) },
      principal.asked,
    )
      .flatten(0, 1)
      .unbind()
    return answers.map((answer) => hits(answer.toArray(), test.labels))
  })
  // how often each test picture is named rightly
  const rightly = Float64Array.from(test.labels, (_, i) =>
    average(answers.map((right) => right[i] as number)),
  )
  return overDraws(answers.map(share), resampledMeans(rightly, seed))
}

/** How many pictures of each class an amount is. */
export function amounts({ labels, classes }: Bank, amount: Amount): Int32Array {
  const counts = new Int32Array(classes)
  for (const label of labels) counts[label] = (counts[label] as number) + 1
  return counts.map((count) =>
    'share' in amount
      ? Math.min(count, Math.max(1, Math.round(amount.share * count)))
      : Math.min(count, amount.perClass),
  )
}

/** The rows of the labelled pictures of a draw. */
function labelled(bank: Bank, amount: Amount, seed: number, draw: number): Int32Array {
  const wanted = amounts(bank, amount)
  return drawnRows(bank.labels, (label) => wanted[label] as number, seed, draw)
}

function problem(
  { known, labels }: Principal,
  rows: Int32Array,
  penalty: number,
): { problem: Problem; mean: Tensor } {
  return scope(() => {
    const picked = tensor(rows).to('int64')
    const some = known.index_select(0, picked)
    const mean = some.mean([0])
    const features = some.sub_(mean)
    return {
      problem: {
        features,
        energy: features.square().mean([0]),
        labels: labels.index_select(0, picked),
        weights: ops.ones([1, rows.length]).div_(rows.length),
        penalties: tensor([penalty / rows.length]),
      },
      mean,
    }
  })
}
