/** The supervised rival: the run's encoder from random weights, trained on all labels. */

import { ask, bootstrap, fit, type Score } from '../judge/index.js'
import type { Encoder } from '../learn/encoder/encoder.js'
import { createState, disposeState, representation } from '../learn/state.js'
import { disposeModule, Linear } from '../nn/index.js'
import type { TuningContext } from './fine-tuning.js'
import { networkOf } from './fine-tuning.js'
import { labelledPictures } from './labelled-pictures.js'

export interface SupervisedOptions {
  seed?: number
  /** Pictures that it learns from at most, counted each time. */
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

/** Tells its views from those of training. */
const SUPERVISED = 4_000_001

/** A small set is learned by heart long before. */
const MOST_EPOCHS = 100

/** Trains the same encoder from random weights on all labels of `train`, and asks it about `test`. */
export async function trainSupervised(
  { state, train, test }: TuningContext,
  { seed = 0, passes = 240_000, progress }: SupervisedOptions = {},
): Promise<Supervised> {
  const { settings, method } = state
  const fresh = createState(settings, method)
  try {
    const known = labelledPictures(train, settings, method, SUPERVISED)
    const asked = labelledPictures(test, settings, method, SUPERVISED)
    const network = networkOf(fresh, settings.readout.layers)
    const head = new Linear(network.features, known.classes)
    try {
      const rows = (count: number) => Int32Array.from({ length: count }, (_, row) => row)
      const epochs = Math.min(MOST_EPOCHS, passes / train.size)
      let done = 0
      const options = { learningRate: 0.1, weightDecay: 5e-4, epochs, batch: 128, warmup: 0.1 * epochs }
      await fit(network, head, known, rows(train.size), {
        ...options,
        precision: settings.precision,
        seed,
        onStep: (count) => {
          done += count
          progress?.('Training a supervised network', done, epochs * train.size)
        },
      })
      const { right } = await ask(network, head, asked, rows(test.size), settings.precision)
      return {
        encoder: representation(fresh),
        accuracy: bootstrap([right], seed),
        chosen: {
          learning_rate: options.learningRate,
          weight_decay: options.weightDecay,
          epochs,
          batch: options.batch,
        },
        dispose: () => disposeState(fresh),
      }
    } finally {
      disposeModule(head)
    }
  } catch (error) {
    disposeState(fresh)
    throw error
  }
}
