/** Labelled pictures of a source as the protocols that train a whole network ask for them. */
import { batches, Quarantine, type Source } from '../images/index.js'
import type { LabelledBatch, LabelledPictures, Wanted } from '../judge/index.js'
import { drawViews, type Finish, finishedViews, plainViews } from '../learn/augment/apply.js'
import type { View } from '../learn/augment/view.js'
import type { Method } from '../learn/method.js'
import type { Settings } from '../learn/settings.js'
import type { Tensor } from '../torch/index.js'

/** Pictures of a batch that are only looked at. */
const PLAIN = 256

/**
 * Crops of the run's own views at their size, mirrored as often; judged are the plain centre squares that features are
 * made of. A picture that cannot be read is replaced by another, with that one's class.
 * @param source every picture with a label
 * @param key tells these views from those that training and others drew
 */
export function labelledPictures(
  source: Source,
  settings: Settings,
  method: Method,
  key: number,
): LabelledPictures {
  const { seed, size, evalSize, evalShare, precision, input } = settings
  const labels = source.labels as Int32Array
  const view = cropAndFlip(settings)
  const finish: Finish = { ...input, dtype: method.extract.pixels ? 'float32' : precision }
  const quarantine = new Quarantine(source.size)
  const labelsOf = (used: Int32Array) => used.map((index) => labels[index] as number)
  return {
    labels,
    classes: source.classes?.length ?? Math.max(...labels) + 1,
    async *augmented(wanted: Iterable<Wanted>): AsyncGenerator<LabelledBatch> {
      const epochs: number[] = []
      function* order() {
        for (const { rows, epoch } of wanted) {
          epochs.push(epoch)
          yield [...rows]
        }
      }
      for await (const batch of batches(source, order(), { quarantine })) {
        const drawn = drawViews(view, batch, { seed, epoch: epochs.shift() as number, view: key })
        const views = finishedViews(batch, [{ view, drawn, size }], finish)[0] as Tensor
        yield { views, labels: labelsOf(batch.used) }
        // let a waiting Ctrl-C be heard
        await new Promise(setImmediate)
      }
    },
    async *plain(rows: Int32Array): AsyncGenerator<LabelledBatch> {
      function* order() {
        for (let at = 0; at < rows.length; at += PLAIN) yield [...rows.subarray(at, at + PLAIN)]
      }
      for await (const batch of batches(source, order(), { quarantine })) {
        const views = plainViews(batch, evalSize, evalShare, { ...input, dtype: 'float32' })
        yield { views, labels: labelsOf(batch.used) }
        await new Promise(setImmediate)
      }
    },
  }
}

/** The run's first whole view, without all that changes its colours or hides parts of it. */
function cropAndFlip({ views }: Settings): View {
  const whole = views.find(({ scale }) => scale === undefined) ?? (views[0] as View)
  return {
    ...whole,
    jitter: { ...whole.jitter, probability: 0 },
    grayscale: 0,
    blur: { ...whole.blur, probability: 0 },
    solarize: { ...whole.solarize, probability: 0 },
    sharedFlip: undefined,
    scale: undefined,
    mask: undefined,
  }
}
