/** Scores as probabilities: a softmax whose sharpness makes the left-out examples most likely (Guo et al. 2017). */

/** Examples below which sharpness is not found out, and the one that then is taken, on the cautious side. */
const LEAST = 10
const CAUTIOUS = 4
const SHARPNESS = Array.from({ length: 33 }, (_, at) => 2 ** (at / 4 - 1))

/**
 * @param scores of examples by what was learned without them, `[n · classes]`
 * @param labels of each; those whose class has no other example say nothing
 */
export function sharpness(
  scores: Float64Array,
  labels: Int32Array,
  classes: number,
): { sharpness: number; calibrated: boolean } {
  const counts = new Uint32Array(classes)
  for (const label of labels) counts[label] = (counts[label] as number) + 1
  const told = [...labels.keys()].filter((at) => (counts[labels[at] as number] as number) > 1)
  if (told.length < LEAST) return { sharpness: CAUTIOUS, calibrated: false }
  let [best, least] = [CAUTIOUS, Number.POSITIVE_INFINITY]
  for (const sharp of SHARPNESS) {
    let loss = 0
    for (const at of told) {
      const row = scores.subarray(at * classes, (at + 1) * classes)
      loss -= Math.log(Math.max(1e-12, softmax(row, sharp)[labels[at] as number] as number))
    }
    if (loss < least) [best, least] = [sharp, loss]
  }
  return { sharpness: best, calibrated: true }
}

/** Shares that sum to 1. */
export function softmax(scores: ArrayLike<number>, sharp: number): Float64Array {
  const values = Float64Array.from(scores)
  const most = Math.max(...values)
  let sum = 0
  for (let at = 0; at < values.length; at++) {
    const value = Math.exp(sharp * ((values[at] as number) - most))
    values[at] = value
    sum += value
  }
  return values.map((value) => value / sum)
}
