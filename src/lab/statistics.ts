/** Means over seeds, and how sure they are. */

/** Two-sided 95 % points of Student's t for 1, 2, … degrees of freedom; 1.96 in the limit. */
const T95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
]

/** Infinite for no degree of freedom. */
export function t95(freedom: number): number {
  if (freedom < 1) return Number.POSITIVE_INFINITY
  return T95[Math.floor(freedom) - 1] ?? 1.96 + 2.4 / freedom
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function squares(values: readonly number[]): number {
  const middle = mean(values)
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
  const middle = rows.reduce((sum, { weight, values }) => sum + weight * mean(values), 0)
  const variance = rows.reduce((sum, { weight, values }) => sum + weight ** 2 / values.length, 0)
  const half = freedom < 1 ? Number.POSITIVE_INFINITY : t95(freedom) * deviation * Math.sqrt(variance)
  return { mean: middle, low: middle - half, high: middle + half }
}
