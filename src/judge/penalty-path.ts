/** The penalty of a logistic regression: the best of the BYOL paper's 45. */

import { judgingStream, permutation } from '../encode/random.js'
import { ops } from '../torch/index.js'
import { usualPenalty } from './few.js'
import type { GridPoint } from './line.js'
import { fitSteps, type Problem } from './logistic.js'
import type { Choice, Fitted } from './penalty-few.js'
import { accuracies } from './predictions.js'
import type { Prepared, Principal } from './prepared.js'
import { problemOf, rowsOf } from './problem.js'
import type { Steps } from './steps.js'

/** The BYOL paper's grid, strongest first: 45 from 1e5 down to 1e-6 at even distances of the logarithm. */
export const GRID: readonly number[] = Array.from({ length: 45 }, (_, i) => 10 ** (5 - i / 4))
/** Pictures that the whole grid is tried on, and at most so many are held out. */
const SAMPLE = 15_000
const HELD = 6000
/**
 * More pictures want a somewhat weaker penalty: on learned features of Fashion-MNIST 15,000 chose 56, while all 60,000 do
 * best at 6 to 18 (90.2 against 89.7 %). So the sample's best and its neighbours, most of them weaker, are tried on all.
 */
const FINALISTS = [-1, 0, 1, 2, 3, 4]
/** After so many in turn, two powers of ten, that are worse than the best before them weaker penalties are not tried. */
const PATIENCE = 8
/** To rank penalties: each begins where the stronger one before it ended, so a few steps are enough. */
const ROUGH = { tolerance: 3e-4, iterations: 15 }
/** Below, nothing can be held out that says anything. */
const FEWEST = 10

/**
 * The best of the paper's penalties on a held-out tenth of the pictures, at most 6,000. All of them, each begun where the one
 * before it ended, are tried on 15,000 of the others; the best few on all others. Here penalties stand beside the SUM of the
 * pictures' cross-entropies, as in scikit-learn's 1 / C.
 */
export function* bestOfPath({ principal, train }: Prepared, seed: number, onStep: () => void): Steps<Choice> {
  const { classes, labels } = train
  if (labels.length < FEWEST) return chosen(usualPenalty(train), [])
  function chosen(penalty: number, grid: GridPoint[], start?: Fitted): Choice {
    return { penalty, perPicture: penalty / labels.length, grid, ...(start && { start }) }
  }
  const order = permutation(judgingStream(seed, 0x10915), labels.length)
  const aside = Math.min(HELD, Math.floor(labels.length / 10))
  const held = rowsOf(principal, order.subarray(0, aside))
  const right = (tried: Fitted) => accuracies(tried, held.features, held.labels)[0] as number[]

  const sample = order.subarray(aside, aside + SAMPLE)
  const path: Fitted[] = []
  const first: number[] = []
  const { weights, penalties: all, ...data } = summed(principal, sample, GRID)
  for (const penalty of all.unbind()) {
    // each is begun where the one before it ended
    const start = path.at(-1)
    const one = { ...data, weights: weights.narrow(0, 0, 1), penalties: penalty.unsqueeze(0) }
    const tried = yield* fitSteps([one], { classes, ...ROUGH, ...(start && { start }) })
    path.push(tried)
    first.push(right(tried)[0] as number)
    onStep()
    if (path.length - 1 - best(first) === PATIENCE) break
  }
  const at = best(first)
  const grid = first.map((share, i): GridPoint => ({ penalty: GRID[i] as number, sample: share }))
  if (aside + sample.length === labels.length) {
    return chosen(GRID[at] as number, grid, path[at] as Fitted)
  }
  const finalists = FINALISTS.map((step) => at + step).filter((i) => i in GRID)
  const starts = finalists.map((i) => path[i] as Fitted)
  const joined = (part: keyof Fitted) =>
    ops.cat(
      starts.map((one) => one[part]),
      1,
    )
  const penalties = finalists.map((i) => GRID[i] as number)
  const tried = yield* fitSteps([summed(principal, order.subarray(aside), penalties)], {
    classes,
    ...ROUGH,
    start: { slopes: joined('slopes'), offsets: joined('offsets') },
    onIteration: onStep,
  })
  const last = right(tried)
  finalists.forEach((i, f) => {
    grid[i] = { ...(grid[i] as GridPoint), held_out: last[f] as number }
  })
  const winner = best(last)
  return chosen(penalties[winner] as number, grid, {
    slopes: tried.slopes.narrow(1, winner, 1),
    offsets: tried.offsets.narrow(1, winner, 1),
  })
}

/** The position of the greatest value; of equals the first, which is the strongest penalty. */
function best(values: readonly number[]): number {
  return values.indexOf(Math.max(...values))
}

function summed(principal: Principal, rows: Int32Array, penalties: readonly number[]): Problem {
  return problemOf(
    principal,
    rows,
    penalties.map((penalty) => penalty / rows.length),
  )
}
