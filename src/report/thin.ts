/**
 * Thins a long series for drawing: of each run of neighbours the least, the greatest and the first value that is
 * not finite are kept, and so are both ends, so no peak and no gap is lost.
 *
 * @param limit most finite points returned, about; a shorter series comes back whole
 */
export function thin<T>(series: readonly T[], value: (item: T) => number, limit = 600): T[] {
  if (series.length <= limit) return [...series]
  const buckets = Math.max(1, Math.floor(limit / 2))
  const kept = new Set([0, series.length - 1])
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = Math.floor((bucket * series.length) / buckets)
    const end = Math.floor(((bucket + 1) * series.length) / buckets)
    for (const index of extremes(series, value, start, end)) kept.add(index)
  }
  return [...kept].sort((a, b) => a - b).map((index) => series[index] as T)
}

function extremes<T>(series: readonly T[], value: (item: T) => number, start: number, end: number): number[] {
  let least = -1
  let most = -1
  let gap = -1
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let i = start; i < end; i++) {
    const y = value(series[i] as T)
    if (!Number.isFinite(y)) {
      if (gap < 0) gap = i
      continue
    }
    if (y < low) {
      low = y
      least = i
    }
    if (y > high) {
      high = y
      most = i
    }
  }
  return [least, most, gap].filter((index) => index >= 0)
}

/** Running mean of the finite values in a centred window; NaN where the window holds none. */
export function runningMean(values: readonly number[], window: number): number[] {
  const half = Math.floor(window / 2)
  const sums = [0]
  const counts = [0]
  for (const value of values) {
    const finite = Number.isFinite(value)
    sums.push((sums.at(-1) ?? 0) + (finite ? value : 0))
    counts.push((counts.at(-1) ?? 0) + (finite ? 1 : 0))
  }
  return values.map((_, i) => {
    const start = Math.max(0, i - half)
    const end = Math.min(values.length, i + half + 1)
    const total = (counts[end] ?? 0) - (counts[start] ?? 0)
    return total > 0 ? ((sums[end] ?? 0) - (sums[start] ?? 0)) / total : Number.NaN
  })
}
