/** Means over seeds, with intervals. */
import { average, studentT } from '../judge/index.js'

function squares(values: readonly number[]): number {
  const middle = average(values)
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0)
}

/** The spread of one seed about its row's mean, and its degrees of freedom. */
export interface Spread {
  deviation: number
  freedom: number
}

/**
 * A few seeds a row tell little of that row's own spread, so it is pooled over rows, as an analysis of variance does.
 * Deviation is NaN where no row has two values.
 */
export function pooled(rows: readonly (readonly number[])[]): Spread {
  const freedom = rows.reduce((sum, row) => sum + Math.max(0, row.length - 1), 0)
  const sum = rows.reduce((total, row) => total + squares(row), 0)
  return { deviation: Math.sqrt(sum / freedom), freedom }
}

export interface Term {
  weight: number
  values: readonly number[]
  /** The same object for rows that share it. */
  spread: Spread
}

export interface Estimate {
  mean: number
  /** Ends of the 95 % interval; infinite where one seed cannot tell. */
  low: number
  high: number
}

/**
 * The weighted sum of rows' means, with its 95 % interval. Degrees of freedom where rows have spreads of their own are those of
 * Welch (1947) and Satterthwaite (1946).
 */
export function contrast(terms: readonly Term[]): Estimate {
  const middle = terms.reduce((sum, { weight, values }) => sum + weight * average(values), 0)
  const parts = [...new Set(terms.map(({ spread }) => spread))].map((spread) => {
    const own = terms.filter((term) => term.spread === spread)
    const share = own.reduce((sum, { weight, values }) => sum + weight ** 2 / values.length, 0)
    return { variance: spread.deviation ** 2 * share, freedom: spread.freedom }
  })
  const half = parts.some(({ freedom }) => freedom < 1) ? Number.POSITIVE_INFINITY : halfWidth(parts)
  return { mean: middle, low: middle - half, high: middle + half }
}

function halfWidth(parts: readonly { variance: number; freedom: number }[]): number {
  const variance = parts.reduce((sum, one) => sum + one.variance, 0)
  if (variance === 0) return 0
  const freedom = variance ** 2 / parts.reduce((sum, one) => sum + one.variance ** 2 / one.freedom, 0)
  return studentT(freedom) * Math.sqrt(variance)
}
