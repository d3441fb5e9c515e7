/** The supervised rival: the run's encoder from random weights, trained on all labels. */

import type { Encoder } from '../encode/encoder.js'
import { STREAMS } from '../encode/random.js'
import { UsageError } from '../errors.js'
import { classCount, evenSubset, labelledPart } from '../images/index.js'
import { ask, bootstrap, fit, type LabelledPictures, type Score } from '../judge/index.js'
import { disposeState, representation, type TrainingState } from '../learn/state.js'
import { untrainedState } from '../learn/untrained.js'
import { disposeModule, Linear } from '../nn/index.js'
import { networkOf, type TuningContext } from './fine-tuning.js'
import { readingOf } from './judging.js'
import { labelledPictures } from './labelled-pictures.js'

export interface SupervisedOptions {
  seed?: number
  /** Pictures that it learns from, counted each time. Default 60,000, or a fifth of what the run saw if that is more, but never more than the run saw. */
  passes?: number
  progress?: (what: string, done: number, total: number) => void
}

export interface Supervised {
  /** Its features are a contender for every protocol on banks. */
  encoder: Encoder
  /** Of itself on the test pictures; a bootstrap over them. */
  accuracy: Score
  chosen: Record<string, number>
  /** Frees the encoder. */
  dispose(): void
}

/** Judging is not to take longer than training, but for short runs. */
const FEWEST_PASSES = 60_000
const PASSES_SHARE = 1 / 5
/** A small set is learned by heart long before. */
const MOST_EPOCHS = 100
/**
 * Usual for residual networks trained from scratch on small pictures (He et al. 2015, arXiv 1512.03385: CIFAR-10), but for
 * batches of 64: in one epoch of Fashion-MNIST 86.8 % in place of 85.7.
 */
const RECIPE = { learningRate: 0.1, weightDecay: 5e-4, batch: 64 }
/** Share of the training in which the learning rate rises. */
const WARMUP = 0.1

/**
 * Trains the same encoder from random weights on all labels of `train`, with random crops and mirror images, SGD with
 * Nesterov momentum and a cosine in one length that is fixed beforehand (see `fit`), and asks it about `test`.
 * @throws UsageError when fewer than two pictures have a label, or the loss is no number any more
 */
export async function trainSupervised(
  context: TuningContext,
  options: SupervisedOptions = {},
): Promise<Supervised> {
  const { settings, method, step } = context.state
  const seen = step * settings.batch
  const {
    seed = 0,
    passes = Math.min(seen, Math.max(FEWEST_PASSES, PASSES_SHARE * seen)),
    progress,
  } = options
  const about = {
    classes: classCount(context.train, context.test),
    badShare: context.badShare,
    signal: context.signal,
  }
  const known = labelledPictures(context.train, settings, method, STREAMS.supervised, about)
  const asked = labelledPictures(context.test, settings, method, STREAMS.supervised, about)
  const count = known.labels.length
  if (count < 2) throw new UsageError(`expected at least 2 labelled pictures, got ${count}: label more`)
  const epochs = Math.min(MOST_EPOCHS, passes / count)
  const some = evenSubset(labelledPart(context.train), CALIBRATED)
  const fresh = await untrainedState(settings, method, some, readingOf(some, context))
  try {
    let done = 0
    const accuracy = await learn(fresh, known, asked, {
      seed,
      epochs,
      onStep: (pictures) => {
        done += pictures
        progress?.('Training a supervised network', Math.min(done, epochs * count), epochs * count)
      },
    })
    return {
      encoder: representation(fresh),
      accuracy,
      chosen: {
        learning_rate: RECIPE.learningRate,
        weight_decay: RECIPE.weightDecay,
        epochs,
        batch: Math.min(RECIPE.batch, count),
      },
      dispose: () => disposeState(fresh),
    }
  } catch (error) {
    disposeState(fresh)
    throw error
  }
}

const CALIBRATED = 512

async function learn(
  fresh: TrainingState,
  known: LabelledPictures,
  asked: LabelledPictures,
  { seed, epochs, onStep }: { seed: number; epochs: number; onStep: (pictures: number) => void },
): Promise<Score> {
  const { precision, readout } = fresh.settings
  const network = networkOf(fresh, readout.layers)
  const head = new Linear(network.features, known.classes)
  const rows = ({ labels }: LabelledPictures) => Int32Array.from(labels, (_, row) => row)
  try {
    const warmup = WARMUP * epochs
    const sound = await fit(network, head, known, rows(known), {
      ...RECIPE,
      epochs,
      warmup,
      precision,
      seed,
      onStep,
    })
    if (!sound) throw new UsageError('its loss is no number any more at the learning rate it is given')
    const { right } = await ask(network, head, asked, rows(asked), precision)
    return bootstrap([right], seed)
  } finally {
    disposeModule(head)
  }
}
