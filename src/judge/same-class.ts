/** Retrieval: does a test picture find training pictures of its class? */

import { bootstrap } from './bootstrap.js'
import type { Ranks } from './compare.js'
import { type Prepared, prepared, type Sides } from './prepared.js'
import type { Progress, Score } from './score.js'
import type { Steps } from './steps.js'

export const RECALLS = [1, 5, 10] as const

export interface SameClass {
  /** The share of test pictures with one of their class among the k nearest, for each k of `RECALLS`. */
  recall: { k: number; score: Score }[]
  /** Mean average precision of the pictures of the query's class. */
  map: Score
  /** Training pictures that were searched. */
  gallery: number
  /** Test pictures that searched. */
  queries: number
}

/**
 * Every test picture (2,500 at even distances, if there are more) ranks the training pictures (a random 20,000 of them, if there
 * are more) by cosine similarity.
 * Average precision is that of a ranking with ties as one step, as in scikit-learn. The repeats are a bootstrap over the
 * test pictures.
 * @throws UsageError when the banks do not fit together
 */
export function sameClass(sides: Sides, options: { seed?: number; progress?: Progress } = {}): SameClass {
  const { seed = 0, progress } = options
  return prepared(sides, { nearest: false, seed }, (forms) => sameClassOf(forms, seed, progress))
}

export function* sameClassOf(forms: Prepared, seed: number, progress?: Progress): Steps<SameClass> {
  const { ranks } = yield* forms.compared(progress)
  const { precision, first, gallery } = ranks as Ranks
  return {
    recall: RECALLS.map((k) => ({
      k,
      score: bootstrap([Uint8Array.from(first, (place) => (place <= k ? 1 : 0))], seed),
    })),
    map: bootstrap([precision], seed),
    gallery,
    queries: precision.length,
  }
}
