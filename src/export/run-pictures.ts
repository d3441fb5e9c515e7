/** A run's own pictures, to compare with and to measure on. */
import {
  batches,
  classCount,
  type Data,
  evenly,
  evenSubset,
  labelledPart,
  Quarantine,
  type Source,
  splitForJudging,
  withChannels,
} from '../images/index.js'
import { picturesFor } from '../learn/pictures.js'
import { scope } from '../torch/index.js'
import { list, listOf } from '../trainer/open.js'
import type { Progress } from '../trainer/progress.js'
import type { Trained } from '../trainer/trained.js'
import type { Preprocessing } from '../use/model/preprocessing.js'
import { pixelsOf } from './run-model.js'

/** Pictures that neighbours are sought among, and those that are asked about, at most. */
const KNOWN = 1000
const ASKED = 500
/** Pictures in memory at once. */
const BATCH = 16

export interface Sides {
  /** Trained on; what numbers are calibrated by and neighbours are sought among. */
  known: Source
  asked: Source
  /** How many there are where both have classes, else 0. */
  classes: number
}

/**
 * The run's pictures in two parts: those of the set, or where it has none a fifth of them held back.
 * @param data other pictures, in place of the run's own
 * @returns undefined where they cannot be had, which is noted
 */
export async function sidesOf(
  { record, settings }: Trained,
  progress: Progress,
  data?: string,
): Promise<Sides | undefined> {
  let listed: Data
  try {
    listed = data === undefined ? await listOf(record, progress) : await list(data, progress)
  } catch (error) {
    if (data !== undefined) throw error
    progress.note(`The pictures of the run are not to be had (${(error as Error).message}).`)
    return undefined
  }
  const { channels } = settings
  const { train, test } = picturesFor(listed, settings)
  const whole = test ? { train, test } : train.size > 1 ? splitForJudging(train) : { train, test: train }
  const [known, asked] = [whole.train, whole.test].map((one) =>
    withChannels(labelledPart(one), channels),
  ) as [Source, Source]
  const labelled = [known, asked].every(({ labels }) => labels && (labels[0] ?? -1) >= 0)
  const classes = labelled ? classCount(known, asked) : 0
  return { known: evenSubset(known, KNOWN), asked: evenSubset(asked, ASKED), classes }
}

/** Pictures as the encoder sees them. */
export interface Pixels {
  values: Float32Array
  /** `[n, C, size, size]` */
  shape: readonly number[]
  /** The index that each was read from. */
  used: Int32Array
}

/** Some pictures of a source at even distances, a few at a time; others stand in for those that cannot be read. */
export async function* pixels(
  source: Source,
  preprocessing: Preprocessing,
  { count = source.size, signal }: { count?: number; signal?: AbortSignal | undefined } = {},
): AsyncGenerator<Pixels> {
  const indices = evenly(source.size, Math.min(count, source.size))
  function* order() {
    for (let at = 0; at < indices.length; at += BATCH) yield indices.slice(at, at + BATCH)
  }
  // how many cannot be read was judged in training
  const quarantine = new Quarantine(source.size, { maxShare: 1 })
  for await (const batch of batches(source, order(), { quarantine, ...(signal && { signal }) })) {
    const { values, shape } = scope(() => {
      const x = pixelsOf(batch, preprocessing)
      return { values: x.toFloat32(), shape: x.shape }
    })
    yield { values, shape, used: batch.used }
    // let a waiting Ctrl-C be heard
    await new Promise(setImmediate)
  }
}
