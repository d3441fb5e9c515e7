/** Means over seeds, and how sure they are. */
import { average, studentT } from '../judge/index.js'

function squares(values: readonly number[]): number {
  const middle = average(values)
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0)
}

/** The spread of one seed about its row's mean, taken from all rows together, and its degrees of freedom. */
export interface Pooled {
  deviation: number
  freedom: number
}

/**
 * A few seeds a row tell little of that row's own spread, so it is pooled over rows, as an analysis of variance does.
 * Deviation is NaN where no row has two values.
 */
export function pooled(rows: readonly (readonly number[])[]): Pooled {
  const freedom = rows.reduce((sum, row) => sum + Math.max(0, row.length - 1), 0)
  const sum = rows.reduce((total, row) => total + squares(row), 0)
  return { deviation: Math.sqrt(sum / freedom), freedom }
}

export interface Estimate {
  mean: number
  /** Ends of the 95 % interval; infinite where one seed cannot tell. */
  low: number
  high: number
}

/** The weighted sum of rows' means, with its 95 % interval from the pooled spread. */
export function contrast(
  rows: readonly { weight: number; values: readonly number[] }[],
  { deviation, freedom }: Pooled,
): Estimate {
  const middle = rows.reduce((sum, { weight, values }) => sum + weight * average(values), 0)
  const variance = rows.reduce((sum, { weight, values }) => sum + weight ** 2 / values.length, 0)
  const half = freedom < 1 ? Number.POSITIVE_INFINITY : studentT(freedom) * deviation * Math.sqrt(variance)
  return { mean: middle, low: middle - half, high: middle + half }
}
