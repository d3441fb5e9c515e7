import { noGrad, scope } from '../torch/index.js'
import { bootstrap, hits, share } from './bootstrap.js'
import type { Near } from './compare.js'
import { vote } from './knn.js'
import type { GridPoint } from './line.js'
import { type Prepared, type PrepareOptions, prepared, type Sides } from './prepared.js'
import type { Progress, Score } from './score.js'
import type { Steps } from './steps.js'

export const NEIGHBOURS = [1, 5, 10, 20, 50, 100, 200] as const
export const TEMPERATURES = [0.02, 0.07, 0.1, 0.5] as const
/** Lightly's and DINO's conventions. */
export const USUAL = [
  { k: 20, temperature: 0.1 },
  { k: 200, temperature: 0.1 },
] as const

export interface KnnGrid {
  /** Of the pair that was chosen. */
  score: Score
  k: number
  temperature: number
  /** Of each pair of `USUAL`. */
  usual: { k: number; temperature: number; score: Score }[]
  /** Every pair with its share of right answers on `held_out` training pictures and on `test` pictures. */
  grid: GridPoint[]
}

/**
 * Weighted k-NN as in `knn`, over a grid of k and temperature, all from one search of the 200 nearest. The pair is the
 * one that is best for up to 2,000 training pictures, each asked with itself left out of the bank; test pictures have no
 * say in it. The repeats are a bootstrap over the test pictures.
 * @throws UsageError when the banks do not fit together
 */
export function knnGrid(sides: Sides, options: { seed?: number; progress?: Progress } = {}): KnnGrid {
  const { seed = 0, progress } = options
  const needs: PrepareOptions = { ranks: false, seed }
  return prepared(sides, needs, (forms) => knnGridOf(forms, seed, progress))
}

export function* knnGridOf(forms: Prepared, seed: number, progress?: Progress): Steps<KnnGrid> {
  const { asked, held, heldRows = new Int32Array() } = yield* forms.compared(progress)
  const { labels, classes } = forms.train
  const tested = answers(asked as Near, classes, forms.test.labels)
  const chosenBy =
    held &&
    answers(
      held,
      classes,
      heldRows.map((row) => labels[row] as number),
    )
  const grid = tested.map(({ k, temperature, right }, i): GridPoint => {
    const trial = chosenBy?.[i]
    return {
      k,
      temperature,
      ...(trial && { held_out: share(trial.right) }),
      test: share(right),
    }
  })
  const [usual] = USUAL
  const isUsual = ({ k, temperature }: { k: number; temperature: number }) =>
    k === usual.k && temperature === usual.temperature
  const most = Math.max(...grid.map(({ held_out = 0 }) => held_out))
  const winners = tested.filter((_, i) => grid[i]?.held_out === most)
  // where nothing can be told apart, as usual
  const best = winners.length > 0 ? (winners.find(isUsual) ?? winners[0]) : tested.find(isUsual)
  const { k, temperature, right } = best as Answers
  return {
    score: bootstrap([right], seed),
    k,
    temperature,
    usual: USUAL.map((pair) => {
      const found = tested.find((one) => one.k === pair.k && one.temperature === pair.temperature) as Answers
      return { ...pair, score: bootstrap([found.right], seed) }
    }),
    grid,
  }
}

interface Answers {
  k: number
  temperature: number
  right: Uint8Array
}

/** Right or wrong for every pair of k and temperature; a k beyond the bank takes all of it. */
function answers({ similarities, labels }: Near, classes: number, wanted: Int32Array): Answers[] {
  return noGrad(() =>
    scope(() => {
      return TEMPERATURES.flatMap((temperature) => {
        const predicted = vote(similarities.div(temperature), labels, classes, NEIGHBOURS)
        return predicted.map((each, i) => ({
          k: NEIGHBOURS[i] as number,
          temperature,
          right: hits(each.toArray(), wanted),
        }))
      })
    }),
  )
}
