/** A lead in points of a hundred ± half of its interval, with its sign where 0 is in that. */
export function points({ mean, low, high }: { mean: number; low: number; high: number }): string {
  const sign = low > 0 || high < 0 ? '' : mean < 0 ? '−' : '+'
  return `${sign}${(100 * Math.abs(mean)).toFixed(1)} ± ${(50 * (high - low)).toFixed(1)}`
}
