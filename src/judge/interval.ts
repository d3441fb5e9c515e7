/** Confidence intervals of 95 %, unless another level is asked for. */
const LEVEL = 0.95

/** The 2.5th and the 97.5th percentile of bootstrap repeats (Efron 1979), by linear interpolation. @param level of the interval, 0 to 1 */
export function percentiles(values: readonly number[], level = LEVEL): { low: number; high: number } {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => {
    const place = share * (sorted.length - 1)
    const below = sorted[Math.floor(place)] as number
    return below + (place % 1) * ((sorted[Math.ceil(place)] as number) - below)
  }
  return { low: at((1 - level) / 2), high: at((1 + level) / 2) }
}

/**
 * How many standard errors a 95 % interval reaches to each side when they were estimated with `freedom` degrees of
 * freedom, above 0, not necessarily whole (Student 1908): 12.71 for 1, 2.262 for 9, 1.960 for infinity.
 */
export function studentT(freedom: number): number {
  if (freedom > 1e6) return 1.959964
  // below one degree of freedom the density has a pole at the right end, and nothing can be said anyway
  if (freedom < 1) return Number.POSITIVE_INFINITY
  // with t = √freedom · tan(angle) the density is a power of the cosine: no gamma function is needed
  const mass = (to: number) => {
    const steps = 100
    const f = (i: number) => Math.max(0, Math.cos((i * to) / steps)) ** (freedom - 1)
    let sum = 0
    for (let i = 0; i < steps; i += 2) sum += f(i) + 4 * f(i + 1) + f(i + 2)
    return (sum * to) / steps / 3
  }
  // twelve deviations out there is nothing left, and the steps would be wider than what there is
  const end = Math.min(Math.PI / 2, 12 / Math.sqrt(freedom))
  const whole = mass(end)
  let [low, high] = [0, end]
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2
    if (mass(middle) < LEVEL * whole) low = middle
    else high = middle
  }
  return Math.sqrt(freedom) * Math.tan((low + high) / 2)
}
