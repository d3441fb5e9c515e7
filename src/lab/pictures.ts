/** The pictures of a trial: what it is trained on, and the labelled ones that judge it. */
import { evenSubset, labelledPart, openData, type Source, splitForJudging } from '../images/index.js'
import type { Trial } from './trial.js'

/** Labelled pictures that the classifiers learn from, and those they are asked about, at most. */
const KNOWN = 10_000
const ASKED = 10_000
/** A short run is asked about no more pictures than it is trained on, but about so many at least. */
const LEAST_ASKED = 200

export interface TrialPictures {
  /** What the network is trained on, labelled or not. */
  training: Source
  /** Both sides of its judgement. */
  judging: { train: Source; test: Source }
}

/** A set's own training and test part, or those it is split into. */
export async function openSides(data: string): Promise<{ train: Source; test: Source }> {
  const { train, test } = await openData(data)
  return test ? { train, test } : splitForJudging(train)
}

async function openPictures({ data, pictures }: Trial): Promise<TrialPictures> {
  const { train, test } = await openSides(data)
  const training = evenSubset(train, pictures)
  const asked = Math.min(ASKED, Math.max(LEAST_ASKED, pictures))
  return {
    training,
    judging: {
      train: evenSubset(labelledPart(training), KNOWN),
      test: evenSubset(labelledPart(test), asked),
    },
  }
}

/** Opens pictures once for all trials that share them. */
export class OpenedPictures {
  readonly #opened = new Map<string, Promise<TrialPictures>>()

  of(trial: Trial): Promise<TrialPictures> {
    const key = `${trial.pictures} ${trial.data}`
    const found = this.#opened.get(key) ?? openPictures(trial)
    this.#opened.set(key, found)
    return found
  }
}
