import { describe, expect, it } from 'vitest'
import { runningMean, thin } from './thin.js'

const same = (value: number) => value

describe('thin', () => {
  it('keeps a single peak, a single dip, both ends and the order', () => {
    const series = Array.from({ length: 100_000 }, (_, i) => ({ i, y: Math.sin(i / 500) }))
    series[41_234] = { i: 41_234, y: 50 }
    series[77_777] = { i: 77_777, y: -50 }
    const kept = thin(series, (item) => item.y, 600)
    expect(kept.length).toBeLessThanOrEqual(602)
    expect(kept.map((item) => item.i)).toEqual(kept.map((item) => item.i).toSorted((a, b) => a - b))
    expect(kept).toContainEqual({ i: 41_234, y: 50 })
    expect(kept).toContainEqual({ i: 77_777, y: -50 })
    expect([kept[0]?.i, kept.at(-1)?.i]).toEqual([0, 99_999])
  })

  it('follows the envelope: nowhere is the thinned extreme of a stretch smaller than the true one', () => {
    const series = Array.from({ length: 10_000 }, (_, i) => ((i * 7919) % 1009) + i / 100)
    const kept = new Set(thin(series, same, 200))
    for (let start = 0; start < 10_000; start += 100) {
      const stretch = series.slice(start, start + 100)
      expect(kept.has(Math.max(...stretch)) && kept.has(Math.min(...stretch))).toBe(true)
    }
  })

  it('keeps a gap and returns a short series whole', () => {
    const series = Array.from({ length: 5000 }, (_, i) => (i === 2500 ? Number.NaN : i))
    expect(thin(series, same, 100).filter(Number.isNaN)).toHaveLength(1)
    expect(thin([3, Number.NaN, 1], same, 100)).toEqual([3, Number.NaN, 1])
    expect(thin([], same, 100)).toEqual([])
  })
})

describe('runningMean', () => {
  it('averages a centred window and passes over values that are not finite', () => {
    expect(runningMean([1, 2, 3, 4, 8], 3)).toEqual([1.5, 2, 3, 5, 6])
    expect(runningMean([1, Number.NaN, 3, Number.POSITIVE_INFINITY], 3)).toEqual([1, 2, 3, 3])
    expect(runningMean([Number.NaN], 3)).toEqual([Number.NaN])
  })
})
