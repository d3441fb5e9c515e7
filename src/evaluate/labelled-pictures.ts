/** Labelled pictures of a source as the protocols that train a whole network ask for them. */

import { centerCrops, type Finish } from '../encode/crops.js'
import { UsageError } from '../errors.js'
import { batches, classCount, labelledPart, type Source } from '../images/index.js'
import type { LabelledBatch, LabelledPictures, Wanted } from '../judge/index.js'
import { drawViews, finishedViews } from '../learn/augment/apply.js'
import type { Method } from '../learn/method.js'
import type { Settings } from '../learn/settings.js'
import type { View } from '../learn/settings-schema.js'
import type { Tensor } from '../torch/index.js'
import { type Reading, readingOf } from './judging.js'

/** Pictures of a batch that are only looked at. */
const PLAIN = 256
/**
 * Share of the area that a crop keeps at least, where the run's own views may keep less: on Fashion-MNIST with 600 labels
 * 0.7 was 1.5 points better than 0.3, and crops of the judged side 4 points better than of the views' smaller one, as
 * the network is asked about whole pictures of that side.
 */
const LEAST_AREA = 0.7

/**
 * Random crops of at least 70 % of the area, mirrored as often as the run's own views; judged are the plain centre squares
 * that features are made of, of the same side. A picture that cannot be read is replaced by another, with that one's class.
 * @param key tells these views from those that training and others drew
 * @param about `classes` of all pictures that a network learns from or is asked about, and the share of unreadable ones
 * at which to stop
 * @throws UsageError when no picture has a label
 */
export function labelledPictures(
  given: Source,
  settings: Settings,
  method: Method,
  key: number,
  about: Reading & { classes?: number } = {},
): LabelledPictures {
  const { classes = classCount(given) } = about
  const { seed, evalSize, evalShare, precision, input } = settings
  const source = labelledPart(given)
  const { labels } = source
  if (!labels || (labels[0] ?? -1) < 0) {
    throw new UsageError(
      `expected pictures with classes to learn from, got none in ${source.name}: put them into one folder a class`,
    )
  }
  const view = cropAndFlip(settings)
  const finish: Finish = { ...input, dtype: method.extract.pixels ? 'float32' : precision }
  const reading = readingOf(source, about)
  const labelsOf = (used: Int32Array) => used.map((index) => labels[index] as number)
  return {
    labels,
    classes,
    async *augmented(wanted: Iterable<Wanted>): AsyncGenerator<LabelledBatch> {
      const epochs: number[] = []
      function* order() {
        for (const { rows, epoch } of wanted) {
          epochs.push(epoch)
          yield [...rows]
        }
      }
      for await (const batch of batches(source, order(), reading)) {
        const drawn = drawViews(view, batch, { seed, epoch: epochs.shift() as number, view: key })
        const views = finishedViews(batch, [{ view, drawn, size: evalSize }], finish)[0] as Tensor
        yield { views, labels: labelsOf(batch.used) }
        // let a waiting Ctrl-C be heard
        await new Promise(setImmediate)
      }
    },
    async *plain(rows: Int32Array): AsyncGenerator<LabelledBatch> {
      function* order() {
        for (let at = 0; at < rows.length; at += PLAIN) yield [...rows.subarray(at, at + PLAIN)]
      }
      for await (const batch of batches(source, order(), reading)) {
        const views = centerCrops(batch, evalSize, evalShare, { ...input, dtype: 'float32' })
        yield { views, labels: labelsOf(batch.used) }
        await new Promise(setImmediate)
      }
    },
  }
}

/** The run's first whole view, milder and without all that changes its colours or hides parts of it. */
function cropAndFlip({ views }: Settings): View {
  const whole = views.find(({ scale }) => scale === undefined) ?? (views[0] as View)
  const [least, most] = whole.crop.area
  return {
    ...whole,
    crop: { ...whole.crop, area: [Math.min(most, Math.max(least, LEAST_AREA)), most] },
    jitter: { ...whole.jitter, probability: 0 },
    grayscale: 0,
    blur: { ...whole.blur, probability: 0 },
    solarize: { ...whole.solarize, probability: 0 },
    sharedFlip: undefined,
    scale: undefined,
    mask: undefined,
  }
}
