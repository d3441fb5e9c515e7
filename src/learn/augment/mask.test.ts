import { describe, expect, test } from 'vitest'
import { stream } from '../../encode/random.js'
import type { MaskSpec } from '../settings-schema.js'
import { drawMask } from './mask.js'

const GRID = 8
const count = (mask: Uint8Array) => mask.reduce((sum, one) => sum + one, 0)
const draws = (spec: MaskSpec, times: number, grid = GRID) =>
  Array.from({ length: times }, (_, i) => drawMask(spec, stream(5, i), grid))

test.each([
  [0.75, 48],
  [0.5, 32],
  [0.3, 19],
  [1, 64],
])(
  'random: a share of %f hides exactly %i of 64 patches, and each patch as often as another',
  (share, hidden) => {
    const masks = draws({ kind: 'random', probability: 1, share: [share, share] }, 400)
    expect(new Set(masks.map(count))).toEqual(new Set([hidden]))
    const often = Array.from({ length: GRID * GRID }, (_, place) =>
      masks.reduce((sum, mask) => sum + (mask[place] as number), 0),
    )
    // four and a half deviations of a binomial: one in 2,000 runs would fail for chance, and the draws are fixed
    const deviation = Math.sqrt(400 * (hidden / 64) * (1 - hidden / 64))
    for (const times of often)
      expect(Math.abs(times - (400 * hidden) / 64)).toBeLessThanOrEqual(4.5 * deviation)
  },
)

test('block: the share is drawn from its range, within a rounding, and is not always the same', () => {
  const shares = draws({ kind: 'block', probability: 1, share: [0.1, 0.5] }, 400).map(
    (mask) => count(mask) / (GRID * GRID),
  )
  const rounding = 0.5 / (GRID * GRID)
  expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.1 - rounding)
  expect(Math.max(...shares)).toBeLessThanOrEqual(0.5 + rounding)
  expect(shares.reduce((a, b) => a + b) / shares.length).toBeCloseTo(0.3, 1)
  expect(new Set(shares).size).toBeGreaterThan(20)
})

describe('block against single patches of the same share', () => {
  /** Neighbouring patches, down and across, of which both are hidden. */
  const touching = (mask: Uint8Array) => {
    let pairs = 0
    for (let y = 0; y < GRID; y++)
      for (let x = 0; x < GRID; x++) {
        if (!mask[y * GRID + x]) continue
        if (x + 1 < GRID && mask[y * GRID + x + 1]) pairs++
        if (y + 1 < GRID && mask[(y + 1) * GRID + x]) pairs++
      }
    return pairs
  }
  const mean = (kind: MaskSpec['kind']) =>
    draws({ kind, probability: 1, share: [0.25, 0.25] }, 200)
      .map(touching)
      .reduce((sum, pairs) => sum + pairs / 200, 0)

  test('hides rectangles: far more hidden patches touch', () => {
    // by chance 112 pairs of neighbours are both hidden with probability (16 / 64) (15 / 63)
    expect(mean('random')).toBeCloseTo((112 * 16 * 15) / (64 * 63), 0)
    // a square of 16 has 24, two squares of 8 about 20
    expect(mean('block')).toBeGreaterThan(2 * mean('random'))
  })

  test('a block that needs no second one is a rectangle', () => {
    const whole = draws({ kind: 'block', probability: 1, share: [2 / 64, 2 / 64] }, 100).map((mask) =>
      [...mask.keys()].filter((place) => mask[place]),
    )
    const adjacent = whole.filter(([a = 0, b = 0]) => b - a === 1 || b - a === GRID).length
    // of two patches a rectangle of 1 by 2 comes from about every second draw of the aspect; by chance it would be 1 in 18
    expect(adjacent).toBeGreaterThan(40)
  })
})

test('probability: a picture is masked that often, and otherwise not at all', () => {
  const masks = draws({ kind: 'block', probability: 0.5, share: [0.25, 0.25] }, 400)
  const counts = masks.map(count)
  const masked = counts.filter((hidden) => hidden > 0)
  expect(Math.abs(masked.length - 200)).toBeLessThan(40)
  expect(new Set(masked)).toEqual(new Set([16]))
  expect(draws({ kind: 'block', probability: 0, share: [0.5, 0.5] }, 20).map(count)).toEqual(
    Array(20).fill(0),
  )
})

test.each(['random', 'block'] as const)('%s: a pure function of the draws', (kind) => {
  const spec: MaskSpec = { kind, probability: 1, share: [0.2, 0.4] }
  const at = (...keys: number[]) => drawMask(spec, stream(...keys), GRID)
  expect(at(1, 2)).toEqual(at(1, 2))
  expect(at(1, 2)).not.toEqual(at(1, 3))
  const one = stream(1, 2)
  drawMask(spec, one, GRID)
  expect(drawMask(spec, one, GRID)).not.toEqual(at(1, 2))
})

test.each([1, 2, 3])('a grid of %i patches a side', (grid) => {
  for (const kind of ['random', 'block'] as const) {
    expect(draws({ kind, probability: 1, share: [1, 1] }, 5, grid).map(count)).toEqual(
      Array(5).fill(grid * grid),
    )
    expect(draws({ kind, probability: 1, share: [0.01, 0.01] }, 5, grid).map(count)).toEqual(Array(5).fill(0))
  }
})
