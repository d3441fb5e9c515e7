import type { Score } from './bank.js'
import { random } from './random.js'

/** Enough for two digits of a standard deviation. */
const REPEATS = 200

/**
 * The score of right and wrong answers, with its spread by the bootstrap (Efron 1979) over the test pictures: every
 * repeat draws one of the `runs` and as many pictures, with replacement, as there are.
 * @param runs for each run one 0 or 1 a test picture, all of the same length
 */
export function bootstrap(runs: readonly Uint8Array[], seed: number): Score {
  const draw = random(seed, 0xb007)
  const pictures = runs[0]?.length ?? 0
  const values = Array.from({ length: REPEATS }, () => {
    const hits = runs[draw.below(runs.length)] as Uint8Array
    let right = 0
    for (let i = 0; i < pictures; i++) right += hits[draw.below(pictures)] as number
    return right / pictures
  })
  const spread = deviation(values)
  return { mean: average(runs.map(share)), spread, values, error: spread }
}

/** The share of ones. */
export function share(hits: Uint8Array): number {
  return hits.reduce((sum, hit) => sum + hit, 0) / hits.length
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
