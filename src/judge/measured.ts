/** Figures that need no labels, with their intervals over the choice of pictures. */
import { below, judgingStream } from '../encode/random.js'
import { average } from './bootstrap.js'
import { percentiles } from './interval.js'

/** A figure in a unit of its own, with its 95 % interval over which pictures it was measured on. */
export interface Measured {
  value: number
  low: number
  high: number
  /** The value with the pictures drawn anew, the same ones for all who are compared; not for every measure. */
  repeats?: number[]
}

const REPEATS = 500
/** Two-sided 95 % of a normal distribution. */
const NORMAL = 1.96

/**
 * The mean of one value a picture; its interval by the bootstrap (Efron 1979): the 2.5 % and 97.5 % points of the means
 * of as many pictures drawn with replacement.
 */
export function meanOf(values: Float64Array, seed = 0): Measured {
  const draw = judgingStream(seed, 0x3ea5)
  const means = Array.from({ length: REPEATS }, () => {
    let sum = 0
    for (let i = 0; i < values.length; i++) sum += values[below(draw, values.length)] as number
    return sum / values.length
  })
  return { value: average(Array.from(values)), ...percentiles(means), repeats: means }
}

/**
 * A statistic that is no mean, by the infinitesimal jackknife (Jaeckel 1972; Efron 1981): what a bootstrap would find to
 * first order, from one pass over the pictures in place of hundreds.
 * @param influence `[N]`: the statistic's derivative by each picture's weight, where all weights are 1
 */
export function byInfluence(value: number, influence: ArrayLike<number>): Measured {
  const each = Array.from(influence)
  const mean = average(each)
  const half = NORMAL * Math.sqrt(each.reduce((sum, one) => sum + (one - mean) ** 2, 0))
  return { value, low: value - half, high: value + half }
}

/** The same in another unit, by a rising function. */
export function mapped({ value, low, high }: Measured, unit: (value: number) => number): Measured {
  return { value: unit(value), low: unit(low), high: unit(high) }
}
