/** A whole number with thousands marks: 12,345. */
export function count(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString('en-US') : '–'
}

/** A step on an axis: 800, 12k, 1.5M. */
export function short(value: number): string {
  const size = Math.abs(value)
  if (size >= 1e6) return `${trim((value / 1e6).toFixed(2))}M`
  if (size >= 1e4) return `${trim((value / 1e3).toFixed(1))}k`
  return count(value)
}

/** A quantity with three significant digits at least: 0.0032, 1.25, 1,234. */
export function quantity(value: number): string {
  if (Number.isNaN(value)) return 'not a number'
  if (!Number.isFinite(value)) return value > 0 ? 'infinite' : '−infinite'
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size >= 1e7 || size < 1e-4) return value.toExponential(1).replace('e+', 'e').replaceAll('-', '−')
  if (size >= 1000) return count(value).replace('-', '−')
  if (Number.isInteger(value)) return minus(String(value))
  return minus(value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 3 : 4))
}

/** One row of a table: all values with the decimals that suit the largest, so that they can be compared. */
export function alike(values: readonly number[]): (value: number) => string {
  const size = Math.max(0, ...values.filter(Number.isFinite).map(Math.abs))
  // less than a hundred thousandth of what can be is rounding
  if (size >= 1e5 || (size >= 1e-5 && size < 0.01)) return quantity
  const decimals = size >= 1000 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3
  return (value) =>
    Number.isFinite(value) ? minus(value.toFixed(decimals).replace(/^-(?=[0.]+$)/, '')) : '–'
}

/** Labels for the ticks of one axis, all with the decimals that their distance needs. */
export function tickText(ticks: readonly number[], log: boolean): (tick: number) => string {
  const step = Math.abs((ticks[1] ?? 1) - (ticks[0] ?? 0))
  const size = Math.max(...ticks.map(Math.abs))
  if (log)
    return (tick) =>
      tick >= 1e-4 && tick < 1e5 ? String(tick) : minus(tick.toExponential().replace('e+', 'e'))
  if (size >= 1e6 || step < 1e-4)
    return (tick) => (tick === 0 ? '0' : minus(tick.toExponential().replace('e+', 'e')))
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  return (tick) =>
    minus(tick.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals }))
}

/** A fraction as percent without its sign, one decimal: 0.851 becomes 85.1. */
export function percent(fraction: number): string {
  return Number.isFinite(fraction) ? minus((fraction * 100).toFixed(1)) : '–'
}

/** A difference of two fractions in points, always signed: +1.9 or −0.4. */
export function points(difference: number): string {
  if (!Number.isFinite(difference)) return '–'
  const text = (difference * 100).toFixed(1)
  return Number(text) === 0 ? '±0.0' : difference > 0 ? `+${text}` : minus(text)
}

/** Seconds in words: 42 s, 4 min 37 s, 2 h 05 min. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '–'
  if (seconds < 10) return `${trim(seconds.toFixed(1))} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`
  const minutes = Math.round(whole / 60)
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`
}

/** `1 picture`, `2 pictures`. */
export function plural(amount: number, one: string, many = `${one}s`): string {
  return `${count(amount)} ${amount === 1 ? one : many}`
}

function trim(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

function minus(text: string): string {
  return text.replace('-', '−')
}
