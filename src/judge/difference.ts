import { average, deviation } from './bootstrap.js'
import { percentiles, studentT } from './interval.js'
import type { Score } from './score.js'

/** How far one representation is ahead of another on the same test pictures; all fractions of 1. */
export interface Difference {
  /** Above 0 where the first is better. */
  mean: number
  /** The difference's own 95 % interval. */
  low: number
  high: number
  /** `level` where the interval has 0 in it. */
  verdict: 'better' | 'level' | 'worse'
}

/** As few repeats as a percentile may be read from. */
const ENOUGH = 100

/**
 * The difference of two scores of one protocol. What both had to do with is common to them and no reason for a
 * difference, so it is taken repeat by repeat: the bootstrap draws the same test pictures for both, and few labels the
 * same labelled pictures and then the same test pictures anew. It is therefore often clear where the two scores' own intervals overlap.
 */
export function difference(own: Score, other: Score): Difference {
  const mean = own.mean - other.mean
  const { low, high } = paired(own, other) ?? apart(mean, own, other)
  return { mean, low, high, verdict: low > 0 ? 'better' : high < 0 ? 'worse' : 'level' }
}

function paired(own: Score, other: Score): { low: number; high: number } | undefined {
  const repeats = own.values.length
  if (repeats !== other.values.length || repeats < 2) return undefined
  if (own.resampled?.length !== other.resampled?.length) return undefined
  const each = differences(own.values, other.values)
  if (isBootstrap(own) && isBootstrap(other)) return percentiles(each)
  const drawn = deviation(each) / Math.sqrt(repeats)
  const pictures = deviation(differences(own.resampled ?? [], other.resampled ?? []))
  // put together as in overDraws
  const reach = Math.hypot(
    drawn > 0 ? studentT(repeats - 1) * drawn : 0,
    studentT(Number.POSITIVE_INFINITY) * pictures,
  )
  return { low: average(each) - reach, high: average(each) + reach }
}

function differences(own: readonly number[], other: readonly number[]): number[] {
  return own.map((value, i) => value - (other[i] as number))
}

/** A bootstrap's error is the deviation of its repeats, and that of draws is smaller. */
function isBootstrap({ values, spread, error }: Score): boolean {
  return values.length >= ENOUGH && spread === error
}

function apart(mean: number, own: Score, other: Score): { low: number; high: number } {
  const reach = 1.96 * Math.hypot(own.error, other.error)
  return { low: mean - reach, high: mean + reach }
}
