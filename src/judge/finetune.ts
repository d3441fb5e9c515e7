import { allFinite } from '../encode/bank.js'
import { SelfsameError, UsageError } from '../errors.js'
import { disposeModule, Linear, loadState } from '../nn/index.js'
import { noGrad } from '../torch/index.js'
import { bootstrap, share as shareOf } from './bootstrap.js'
import { ask } from './finetune-ask.js'
import {
  epochsOf,
  pointsOf,
  type Round,
  sweep,
  type Trial,
  type TuningGrid,
  type TuningPoint,
} from './finetune-choose.js'
import { fit, type LabelledPictures, type Network } from './finetune-fit.js'
import { holdOut, labelledShare } from './labelled.js'
import type { Score } from './score.js'

/** The semi-supervised sweep of BYOL (arXiv 2006.07733, appendix C.2): no weight decay. */
export const SEMI_SUPERVISED: TuningGrid = {
  learningRates: [0.005, 0.01, 0.02, 0.05, 0.1],
  weightDecays: [0],
  epochs: [30, 50],
}

/** The whole sweep in full length, as the paper does it. */
export const FULL_SWEEP: readonly Round[] = [{ length: 1, keep: 1 }]
/** The shorter of the paper's two lengths alone. */
const SHORT_GRID: TuningGrid = { ...SEMI_SUPERVISED, epochs: [30] }
/** With `SHORT_GRID` a fifteenth of the full sweep's time or less: a part of the epochs ranks the learning rates nearly as all do. */
export const SHORT_SWEEP: readonly Round[] = [{ length: 0.15, keep: 1, climb: true }]

export interface TuningOptions {
  /** Share of the labels that may be used, in each class alike. */
  share: number
  /** Default 0. The same seed labels the same pictures for every network. */
  seed?: number
  /** Default `SHORT_GRID`. */
  grid?: TuningGrid
  /** How the sweep is cut short. Default `SHORT_SWEEP`. */
  rounds?: readonly Round[]
  /** Pictures that a fit goes through at most: a grid whose longest fit takes more has all its epochs shortened alike. */
  passes?: number
  /** Pictures a step. Default an eighth of the labelled ones, 8 to 64. */
  batch?: number
  /** Default float32. */
  precision?: 'float32' | 'bfloat16'
  /** Told the pictures that went through the network since the last call. */
  onPictures?: (count: number) => void
}

export interface Tuned {
  /** The repeats are a bootstrap over the test pictures; which pictures were labelled is drawn once, and not in it. */
  score: Score
  chosen: TuningPoint
  /** Labelled pictures. */
  labelled: number
  /** Those of them that chose. */
  heldOut: number
  /** Pictures a step. */
  batch: number
  trials: Trial[]
}

/** Of the labelled pictures, for choosing. */
const HELD_OUT = 0.2

/**
 * Fine-tuning on few labels, by BYOL's semi-supervised protocol: the network goes on from the weights it has, with a
 * linear head that begins at 0, on random crops and mirror images; all of it is trained (see `fit`). Learning rate, decay
 * and epochs are chosen on a fifth of the labelled pictures that the trials do not learn from; then the network is trained
 * anew on all of them and asked about the test pictures' plain views. Too few
 * pictures to hold any out take the middle learning rate. The weights are as before when it is done.
 * @throws UsageError when fewer than two pictures would be labelled, or no learning rate keeps the loss a number
 * @throws SelfsameError when the weights are not finite
 */
export async function fineTuned(
  network: Network,
  train: LabelledPictures,
  test: LabelledPictures,
  options: TuningOptions,
): Promise<Tuned> {
  const { share, seed = 0, rounds = SHORT_SWEEP, precision = 'float32', onPictures } = options
  checkWeights(network)
  const labelled = labelledShare(train.labels, share, seed)
  if (labelled.length < 2) {
    throw new UsageError(
      `expected at least 2 labelled pictures, got ${labelled.length} (${100 * share} % of ${train.labels.length}): label more, or a larger share`,
    )
  }
  const plan = planTuning(train.labels, test.labels.length, options)
  const points = pointsOf(plan.grid)
  const { kept, held } = holdOut(train.labels, labelled, HELD_OUT, seed)
  const start = new Map([...network.state].map(([name, one]) => [name, noGrad(() => one.clone())]))
  const tried = async (
    rows: Int32Array,
    point: TuningPoint,
    length: number,
    asked: LabelledPictures,
    of: Int32Array,
  ) => {
    loadState(network.state, start)
    const head = zeroHead(network, train.classes)
    try {
      const sound = await fit(network, head, train, rows, {
        ...point,
        epochs: point.epochs * length,
        batch: plan.batch,
        warmup: 0,
        precision,
        seed,
        ...(onPictures && { onStep: onPictures }),
      })
      const { right, loss } = await ask(network, head, asked, of, precision, onPictures)
      return { right, loss: sound && Number.isFinite(loss) ? loss : Number.POSITIVE_INFINITY }
    } finally {
      disposeModule(head)
    }
  }
  try {
    const { chosen, trials } =
      held.length > 0 && kept.length > 1
        ? await sweep(points, rounds, async (point, length) => {
            const { right, loss } = await tried(kept, point, length, train, held)
            return { heldOut: shareOf(right), loss }
          })
        : { chosen: points[Math.floor(points.length / 2)] as TuningPoint, trials: [] }
    const all = Int32Array.from(test.labels, (_, row) => row)
    const { right, loss } = await tried(labelled, chosen, 1, test, all)
    if (!Number.isFinite(loss)) {
      throw new UsageError(
        `expected a loss that stays a number, got none that does at the learning rate ${chosen.learningRate}: train the run anew with a lower learning rate`,
      )
    }
    const heldOut = trials.length > 0 ? held.length : 0
    return {
      score: bootstrap([right], seed),
      chosen,
      labelled: labelled.length,
      heldOut,
      batch: plan.batch,
      trials,
    }
  } finally {
    loadState(network.state, start)
    for (const one of start.values()) one.dispose()
  }
}

/** What a fine-tuning comes to. */
export interface TuningPlan {
  /** Its epochs shortened to `passes`. */
  grid: TuningGrid
  /** Pictures a step. */
  batch: number
  /** Labelled pictures. */
  count: number
  /** Pictures that go through the network in all, about. */
  pictures: number
}

/** @param asked test pictures */
export function planTuning(labels: Int32Array, asked: number, options: TuningOptions): TuningPlan {
  const { share, seed = 0, grid = SHORT_GRID, rounds = SHORT_SWEEP } = options
  const { passes = Number.POSITIVE_INFINITY } = options
  const count = labelledShare(labels, share, seed).length
  const shorter = Math.min(1, passes / (count * Math.max(...grid.epochs)))
  const epochs = grid.epochs.map((each) => each * shorter)
  const batch = options.batch ?? Math.max(8, Math.min(64, 2 ** Math.floor(Math.log2(count / 8))))
  const mean = epochs.reduce((sum, each) => sum + each, 0) / epochs.length
  const trials = epochsOf(pointsOf({ ...grid, epochs }), rounds) * (1 - HELD_OUT)
  const pictures = count * (trials + mean) + asked
  return { grid: { ...grid, epochs }, batch, count, pictures }
}

/** At 0 it first learns to read the features, before any gradient changes them. */
function zeroHead({ features }: Network, classes: number): Linear {
  const head = new Linear(features, classes)
  noGrad(() => {
    head.weight.zero_()
    head.bias?.zero_()
  })
  return head
}

/** @throws SelfsameError naming the first weights with NaN or infinity in them */
function checkWeights({ state }: Network): void {
  for (const [name, weights] of state) {
    if (allFinite(weights)) continue
    throw new SelfsameError(
      `expected finite weights, got NaN or infinity in '${name}': the encoder has diverged, train it anew with a lower learning rate`,
    )
  }
}
