/** Maps a value to 0..1 between the ends of an axis. */
export interface Scale {
  at: (value: number) => number
  ticks: number[]
  ends: [number, number]
  log: boolean
}

/** An axis over the finite values given, its ends moved out to round ticks. */
export function valueScale(values: readonly number[], fixed?: readonly [number, number]): Scale | undefined {
  const range = fixed ?? extent(values)
  if (!range) return undefined
  const [low, high] = range
  if (!fixed && low > 0 && high / low >= 200) return logScale(low, high)
  const pad = low === high ? Math.abs(low) * 0.1 || 1 : 0
  const ticks = roundTicks(low - pad, high + pad, 4, true)
  return linear(ticks[0] ?? low, ticks.at(-1) ?? high, ticks)
}

/** An axis that ends exactly at the least and the greatest value. */
export function stepScale(values: readonly number[]): Scale | undefined {
  const range = extent(values)
  if (!range) return undefined
  const [low, high] = range
  if (low === high) return linear(low - 1, low + 1, [low])
  const whole = roundTicks(low, high, 5, false).filter((tick) => Number.isInteger(tick))
  return linear(low, high, whole)
}

/** Least and greatest finite value, or nothing where there is none. */
export function extent(values: readonly number[]): [number, number] | undefined {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return low <= high ? [low, high] : undefined
}

/** Ticks at 1, 2 or 5 times a power of ten; `outside` adds one beyond each end that is not itself a tick. */
export function roundTicks(low: number, high: number, about: number, outside: boolean): number[] {
  const rough = (high - low) / about
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power
  const first = outside ? Math.floor(low / step + 1e-9) : Math.ceil(low / step - 1e-9)
  const last = outside ? Math.ceil(high / step - 1e-9) : Math.floor(high / step + 1e-9)
  const digits = Math.max(0, -Math.floor(Math.log10(step)))
  const ticks: number[] = []
  for (let i = first; i <= last; i++) ticks.push(digits > 20 ? i * step : Number((i * step).toFixed(digits)))
  return ticks
}

function linear(low: number, high: number, ticks: number[]): Scale {
  return { at: (value) => (value - low) / (high - low), ticks, ends: [low, high], log: false }
}

function logScale(low: number, high: number): Scale {
  const first = Math.floor(Math.log10(low))
  const last = Math.ceil(Math.log10(high))
  const every = Math.ceil((last - first) / 5)
  const ticks: number[] = []
  for (let power = first; power <= last; power += every) ticks.push(Number(`1e${power}`))
  return { at: (value) => (Math.log10(value) - first) / (last - first), ticks, ends: [low, high], log: true }
}
