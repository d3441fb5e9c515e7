import { describe, expect, it } from 'vitest'
import { fitBox, spreadOut } from './spread-out.js'

const places = Array.from({ length: 1500 }, (_, i) => ({ x: (i * 379.7) % 1000, y: (i * 191.3) % 700 }))
const apart = (a: number, b: number) =>
  Math.max(
    Math.abs((places[a]?.x ?? 0) - (places[b]?.x ?? 0)),
    Math.abs((places[a]?.y ?? 0) - (places[b]?.y ?? 0)),
  )

describe('spreadOut', () => {
  it('chooses tiles that do not overlap, and leaves out only those without room', () => {
    const chosen = spreadOut(places, 40)
    chosen.forEach((a, i) => {
      for (const b of chosen.slice(i + 1)) expect(apart(a, b)).toBeGreaterThanOrEqual(40)
    })
    for (let i = 0; i < places.length; i++) {
      if (!chosen.includes(i)) expect(chosen.some((other) => apart(i, other) < 40)).toBe(true)
    }
  })

  it('keeps those chosen before, first', () => {
    const large = spreadOut(places, 90)
    const all = spreadOut(places, 40, large)
    expect(all.slice(0, large.length)).toEqual(large)
    expect(new Set(all).size).toBe(all.length)
  })
})

describe('fitBox', () => {
  it('uses one scale for both directions, inside the margin, with y upwards', () => {
    const { places: at, height } = fitBox(
      [
        { x: 0, y: 0 },
        { x: 4, y: 0 },
        { x: 0, y: 3 },
      ],
      1000,
      50,
    )
    const [origin, right, top] = at
    expect(height).toBe(750)
    expect((right?.x ?? 0) - (origin?.x ?? 0)).toBeCloseTo(((origin?.y ?? 0) - (top?.y ?? 0)) * (4 / 3))
    for (const place of at) expect(place?.x).toBeGreaterThanOrEqual(50)
  })

  it('passes over points that are not finite and stands a single one', () => {
    expect(
      fitBox(
        [
          { x: Number.NaN, y: 0 },
          { x: 2, y: 2 },
        ],
        1000,
        50,
      ).places,
    ).toEqual([undefined, { x: 500, y: 500 }])
  })
})
