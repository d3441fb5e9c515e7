/** Whether a noisy series still rises at its end. */
import { average } from './bootstrap.js'
import { studentT } from './interval.js'

export interface Point {
  step: number
  value: number
}

/** A straight line through the end of a series. */
export interface Trend {
  /** By how much the line rises over that end; below 0 where it falls. */
  rise: number
  /** 95 % interval of `rise`. */
  low: number
  high: number
  /** Where the line begins and ends. */
  from: number
  to: number
  part: 'third' | 'half'
}

/** As few points as a slope and its error can be had from. */
const FEWEST = 4
/** More than these are averaged down to so many first: thousands of steps say no more, and their noise is far from normal. */
const MOST = 24

/**
 * The least-squares line through the last third of a series, or its last half where that third has fewer than four
 * points; undefined where there are too few even so. Its error is that of the residuals, made larger by their own
 * correlation from one point to the next (Bartlett 1946), as neighbouring measurements of a training are alike.
 */
export function trendAtEnd(series: readonly Point[]): Trend | undefined {
  const finite = series.filter(({ value }) => Number.isFinite(value))
  const [first, last] = [finite[0], finite.at(-1)]
  if (!first || !last) return undefined
  for (const part of ['third', 'half'] as const) {
    const share = part === 'third' ? 1 / 3 : 1 / 2
    const begin = last.step - share * (last.step - first.step)
    const end = blocks(finite.filter(({ step }) => step >= begin))
    if (end.length >= FEWEST) return line(end, part)
  }
  return undefined
}

function blocks(points: readonly Point[]): Point[] {
  const size = Math.ceil(points.length / MOST)
  if (size === 1) return [...points]
  return Array.from({ length: Math.floor(points.length / size) }, (_, i) => {
    const block = points.slice(i * size, (i + 1) * size)
    return { step: average(block.map(({ step }) => step)), value: average(block.map(({ value }) => value)) }
  })
}

function line(points: readonly Point[], part: Trend['part']): Trend {
  const n = points.length
  const middle = {
    step: average(points.map((one) => one.step)),
    value: average(points.map((one) => one.value)),
  }
  const across = points.reduce((sum, { step }) => sum + (step - middle.step) ** 2, 0)
  const slope =
    points.reduce((sum, { step, value }) => sum + (step - middle.step) * (value - middle.value), 0) / across
  const at = (step: number) => middle.value + slope * (step - middle.step)
  const residuals = points.map(({ step, value }) => value - at(step))
  const square = residuals.reduce((sum, one) => sum + one * one, 0)
  const next = residuals.reduce((sum, one, i) => sum + one * (residuals[i + 1] ?? 0), 0)
  // fitting a line makes residuals look less alike than the noise is, by about 1 / n for each of its two numbers
  const likeness = Math.min(0.8, Math.max(0, (square > 0 ? next / square : 0) + 2 / n))
  const independent = Math.max(3, (n * (1 - likeness)) / (1 + likeness))
  const error = Math.sqrt(square / (n - 2) / across) * Math.sqrt(n / independent)
  const [begin, end] = [points[0]?.step as number, points.at(-1)?.step as number]
  const span = end - begin
  const reach = studentT(independent - 2) * error * span
  return {
    rise: slope * span,
    low: slope * span - reach,
    high: slope * span + reach,
    from: at(begin),
    to: at(end),
    part,
  }
}
