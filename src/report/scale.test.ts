import { describe, expect, it } from 'vitest'
import { alike, duration, percent, points, quantity, tickText } from './format.js'
import { roundTicks, stepScale, valueScale } from './scale.js'

describe('scales', () => {
  it('puts round ticks around the values, ends included', () => {
    expect(roundTicks(0.07, 1.93, 4, true)).toEqual([0, 0.5, 1, 1.5, 2])
    expect(roundTicks(1, 7032, 5, false)).toEqual([2000, 4000, 6000])
    const scale = valueScale([0.07, Number.NaN, 1.93])
    expect([scale?.at(0), scale?.at(1), scale?.at(2)]).toEqual([0, 0.5, 1])
  })

  it('turns logarithmic over a wide range of positive values only', () => {
    const scale = valueScale([0.002, 40])
    expect(scale?.ticks).toEqual([0.001, 0.01, 0.1, 1, 10, 100])
    expect(scale?.at(0.1)).toBeCloseTo(2 / 5)
    expect(valueScale([0, 40])?.log).toBe(false)
  })

  it('has room around a single value and nothing for none', () => {
    expect(valueScale([3, 3])?.at(3)).toBeCloseTo(0.5, 0)
    expect(valueScale([0])?.at(0)).toBe(0.5)
    expect(stepScale([5])?.at(5)).toBe(0.5)
    expect(valueScale([Number.NaN])).toBeUndefined()
  })
})

describe('numbers in words', () => {
  it('writes quantities, shares and differences', () => {
    expect([0.00321, 1.25, 12345, -0.5, Number.NaN, 0].map(quantity)).toEqual([
      '0.0032',
      '1.250',
      '12,345',
      '−0.500',
      'not a number',
      '0',
    ])
    expect([percent(0.8512), percent(Number.NaN)]).toEqual(['85.1', '–'])
    expect([0.019, -0.0041, 0.0001, Number.NaN].map(points)).toEqual(['+1.9', '−0.4', '±0.0', '–'])
  })

  it('gives one row and one axis the same decimals', () => {
    expect([107.84, 9.7].map(alike([107.84, 9.7]))).toEqual(['107.8', '9.7'])
    expect([0, 0.05, 0.1].map(tickText([0, 0.05, 0.1], false))).toEqual(['0.00', '0.05', '0.10'])
    expect([0.0001, 1, 1000].map(tickText([0.0001, 1, 1000], true))).toEqual(['0.0001', '1', '1000'])
  })

  it('writes durations without a 60 in the second place', () => {
    expect([8.44, 59.7, 277, 3599.6, 7500].map(duration)).toEqual([
      '8.4 s',
      '1 min 00 s',
      '4 min 37 s',
      '1 h 00 min',
      '2 h 05 min',
    ])
  })
})
