import { below, judgingStream } from '../encode/random.js'
import { percentiles, studentT } from './interval.js'
import type { Score } from './score.js'

/** For each test picture how right the answer is, 0 to 1. */
export type Answers = Uint8Array | Float64Array

/** What percentiles far out need. */
const REPEATS = 1000
/** What two digits of a standard deviation need. */
const FEWER = 200

/**
 * The score of answers, right or wrong or in between, with its spread and interval by the bootstrap (Efron 1979) over the
 * test pictures: every repeat draws one of the `runs` and as many pictures, with replacement, as there are.
 * @param runs for each run a number from 0 to 1 for each test picture, all of the same length
 */
export function bootstrap(runs: readonly Answers[], seed: number): Score {
  const draw = judgingStream(seed, 0xb007)
  const pictures = runs[0]?.length ?? 0
  const values = Array.from({ length: REPEATS }, () => {
    const hits = runs[below(draw, runs.length)] as Answers
    let right = 0
    for (let i = 0; i < pictures; i++) right += hits[below(draw, pictures)] as number
    return right / pictures
  })
  const spread = deviation(values)
  const mean = average(runs.map(share))
  const { low, high } = percentiles(values)
  // nothing varies where all are right or all are wrong: the rule of three (Hanley & Lippman-Hand 1983)
  const unseen = 1 - 0.05 ** (1 / pictures)
  return {
    mean,
    spread,
    values,
    error: spread,
    low: mean === 1 ? 1 - unseen : low,
    high: mean === 0 ? unseen : high,
  }
}

/** Means of answers with as many pictures drawn with replacement: the same pictures for all answers of that seed. */
export function resampledMeans(answers: Answers, seed: number): number[] {
  const draw = judgingStream(seed, 0xa9a1)
  const pictures = answers.length
  return Array.from({ length: FEWER }, () => {
    let sum = 0
    for (let i = 0; i < pictures; i++) sum += answers[below(draw, pictures)] as number
    return sum / pictures
  })
}

/**
 * The score of repeats with other labelled pictures or seeds, all asked about the same test pictures. The variance of the
 * mean is that of the repeats and of `resampled`, the mean with the test pictures drawn anew. The interval
 * puts together Student's t over the repeats and the normal one over the pictures, as the root of the sum of squares
 * (Zou & Donner 2008): Satterthwaite's freedom covers only 91 % with three to five repeats.
 */
export function overDraws(values: number[], resampled: number[]): Score {
  const mean = average(values)
  const spread = deviation(values)
  const drawn = spread / Math.sqrt(values.length)
  const other = deviation(resampled)
  const reach = Math.hypot(
    drawn > 0 ? studentT(values.length - 1) * drawn : 0,
    studentT(Number.POSITIVE_INFINITY) * other,
  )
  const error = Math.hypot(drawn, other)
  // an index that is corrected for chance may lie below 0
  const least = values.some((value) => value < 0) ? -1 : 0
  const [low, high] = [Math.max(least, mean - reach), Math.min(1, mean + reach)]
  return { mean, spread, values, resampled, error, low, high }
}

/** The mean answer: of right and wrong ones the share that is right. */
export function share(hits: Answers): number {
  let sum = 0
  for (const hit of hits) sum += hit
  return sum / hits.length
}

export function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The standard deviation of a sample, 0 for a single value. */
export function deviation(values: readonly number[]): number {
  const mean = average(values)
  return Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1),
  )
}

/** Compares predicted classes with true ones. */
export function hits(predicted: ArrayLike<number>, labels: Int32Array): Uint8Array {
  return Uint8Array.from(labels, (label, i) => (predicted[i] === label ? 1 : 0))
}
