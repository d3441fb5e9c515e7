/** Labels for all pictures of an index from those of a few. */
import { nearest, UsageError } from '../../errors.js'
import { printable } from '../../printable.js'
import { randomFrom, someOf } from '../numeric/random.js'
import { standardised, standardOf } from '../numeric/standard.js'
import type { PictureIndex } from '../store/index-reader.js'
import { sharpness, softmax } from './confidence.js'
import type { GivenLabels } from './given.js'
import { type Learned, ridge } from './ridge.js'

export interface LabelOptions {
  /** Confidence below which a label is unsure, 0 to 1; 0.5 unless given. */
  unsure?: number | undefined
  seed?: number | undefined
  told?: (what: string, done: number, total: number) => void
  signal?: AbortSignal | undefined
}

export interface Labelled {
  classes: string[]
  /** Class of each row, `[N]`: as given, or the likeliest. */
  labels: Int32Array
  /** Of each, 0 to 1; 1 where it was given. */
  confidences: Float32Array
  /** How much likelier than the second it is, 0 to 1, `[N]`. */
  margins: Float32Array
  /** 1 where the label was given. */
  given: Uint8Array
  /** Whether confidences are calibrated on examples left out, and how many of them were named rightly. */
  calibrated: boolean
  leftOut: { right: number; of: number }
  penalty: number
}

/** Examples that are learned from: their products with one another are all in memory. More are drawn from. */
const MOST_EXAMPLES = 2000
const BLOCK = 1024

/**
 * The class of each given row.
 * @throws UsageError where paths are given that the index does not have, and no others
 */
export async function matched(
  index: PictureIndex,
  given: GivenLabels | undefined,
): Promise<{ rows: number[]; labels: Int32Array; classes: string[]; unknown: string[] }> {
  const left = given && new Set(given.keys())
  const found: [number, string][] = []
  let some: string[] = []
  for await (const { first, rows } of index.allRows(['path', 'label'])) {
    if (some.length === 0) some = rows.map(({ path }) => path)
    for (const [at, { path, label }] of rows.entries()) {
      left?.delete(path)
      const own = given ? given.get(path) : label
      if (own !== undefined && own !== null) found.push([first + at, own])
    }
  }
  const unknown = [...(left ?? [])]
  if (given && found.length === 0) {
    const near = nearest(unknown[0] ?? '', some)
    throw new UsageError(
      `none of the ${given.size} labelled paths is in the index, such as ${printable(unknown[0] ?? '')}; ${near === undefined ? `it has paths such as ${printable(some[0] ?? '')}` : `did you mean ${printable(near)}?`}`,
    )
  }
  const classes = [...new Set(found.map(([, label]) => label))].sort()
  const numbers = new Map(classes.map((name, at) => [name, at]))
  return {
    rows: found.map(([row]) => row),
    labels: Int32Array.from(found, ([, label]) => numbers.get(label) as number),
    classes,
    unknown,
  }
}

/**
 * Learns from the labelled rows and labels all. @param examples rows and their classes
 * @throws UsageError where there are no two classes to tell apart
 */
export async function labelIndex(
  index: PictureIndex,
  examples: { rows: readonly number[]; labels: Int32Array; classes: string[] },
  { seed = 0, told = () => {}, signal }: LabelOptions = {},
): Promise<Labelled> {
  const { size, dimension } = index
  const { classes } = examples
  if (classes.length < 2)
    throw new UsageError(
      `there ${classes.length === 0 ? 'is no label' : 'are labels of one class alone'}: at least one picture of each of two classes has to be labelled first`,
    )
  const standard = await standardOf(index)
  const some = someOf(examples.rows.length, MOST_EXAMPLES, randomFrom(seed))
  const own = Int32Array.from(some, (at) => examples.labels[at] as number)
  const features = standardised(await index.vectors(some.map((at) => examples.rows[at] as number)), standard)
  signal?.throwIfAborted()
  const learned = ridge(features, dimension, own, classes.length)
  const { sharpness: sharp, calibrated } = sharpness(learned.leftOut, own, classes.length)
  const result: Labelled = {
    classes,
    labels: new Int32Array(size),
    confidences: new Float32Array(size),
    margins: new Float32Array(size),
    given: new Uint8Array(size),
    calibrated,
    leftOut: rightOf(learned, own),
    penalty: learned.penalty,
  }
  for await (const { first, count, vectors } of index.parts())
    for (let from = 0; from < count; from += BLOCK) {
      signal?.throwIfAborted()
      const to = Math.min(count, from + BLOCK)
      const block = standardised(vectors.subarray(from * dimension, to * dimension), standard)
      for (let row = 0; row < to - from; row++) {
        const shares = softmax(scoresOf(learned, block, row, dimension), sharp)
        note(result, first + from + row, shares)
      }
      told('Labelled', first + to, size)
      await new Promise(setImmediate)
    }
  for (const [at, row] of examples.rows.entries()) {
    result.labels[row] = examples.labels[at] as number
    result.confidences[row] = 1
    result.margins[row] = 1
    result.given[row] = 1
  }
  return result
}

function scoresOf(
  { weights, classes }: Learned,
  rows: Float32Array,
  row: number,
  dimension: number,
): Float64Array {
  const scores = new Float64Array(classes)
  const from = row * dimension
  for (let c = 0; c < classes; c++) {
    const own = c * (dimension + 1)
    let sum = weights[own + dimension] as number
    for (let d = 0; d < dimension; d++) sum += (weights[own + d] as number) * (rows[from + d] as number)
    scores[c] = sum
  }
  return scores
}

function note(result: Labelled, row: number, shares: Float64Array): void {
  let [best, second, at] = [-1, 0, 0]
  for (let c = 0; c < shares.length; c++) {
    const share = shares[c] as number
    if (share > best) [second, best, at] = [best, share, c]
    else if (share > second) second = share
  }
  result.labels[row] = at
  result.confidences[row] = best
  result.margins[row] = best - Math.max(0, second)
}

/** Of the examples whose class has another one, those that are named rightly without them. */
function rightOf({ leftOut, classes }: Learned, labels: Int32Array): { right: number; of: number } {
  const counts = new Uint32Array(classes)
  for (const label of labels) counts[label] = (counts[label] as number) + 1
  let [right, of] = [0, 0]
  for (let i = 0; i < labels.length; i++) {
    const own = labels[i] as number
    if ((counts[own] as number) < 2) continue
    const row = leftOut.subarray(i * classes, (i + 1) * classes)
    of++
    if (row.indexOf(Math.max(...row)) === own) right++
  }
  return { right, of }
}
