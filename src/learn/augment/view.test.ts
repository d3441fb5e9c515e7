import { expect, test } from 'vitest'
import { below, stream } from '../../encode/random.js'
import { METHODS } from '../methods/index.js'
import { resolveSettings } from '../settings.js'
import type { View } from '../settings-schema.js'
import { changesNothing, type DrawnView, drawBox, drawView } from './view.js'
import { BYOL_VIEWS, WHOLE } from './views.js'

const CROP = { area: [0.08, 1], ratio: [3 / 4, 4 / 3] } as const
const SIZES = [
  [1, 1],
  [1, 500],
  [500, 1],
  [2, 3],
  [7, 5],
  [28, 28],
  [31, 97],
  [300, 200],
  [9, 1000],
] as const

test('10,000 boxes lie inside of their picture, whole pixels all', () => {
  const draw = stream(1)
  for (let i = 0; i < 10_000; i++) {
    const [height, width] =
      i % 2
        ? [1 + below(draw, 60), 1 + below(draw, 60)]
        : (SIZES[i % SIZES.length] as readonly [number, number])
    const box = drawBox(CROP, draw, height, width)
    const [top, left, h, w] = box
    const inside = top >= 0 && left >= 0 && h >= 1 && w >= 1 && top + h <= height && left + w <= width
    expect(inside && box.every(Number.isInteger), `${box} in ${height}×${width}`).toBe(true)
  }
})

test('area and ratio are legal but for the rounding to pixels', () => {
  const draw = stream(2)
  for (const [height, width] of [
    [28, 28],
    [40, 50],
    [300, 200],
    [64, 97],
  ] as const) {
    for (let i = 0; i < 1000; i++) {
      const [, , h, w] = drawBox(CROP, draw, height, width)
      expect((w - 0.5) / (h + 0.5)).toBeLessThanOrEqual(CROP.ratio[1])
      expect((w + 0.5) / (h - 0.5)).toBeGreaterThanOrEqual(CROP.ratio[0])
      expect((w + 0.5) * (h + 0.5)).toBeGreaterThanOrEqual(CROP.area[0] * height * width)
    }
  }
})

test('areas and places are spread evenly', () => {
  const draw = stream(3)
  const boxes = Array.from({ length: 4000 }, () =>
    drawBox({ area: [0.1, 0.5], ratio: [1, 1] }, draw, 200, 200),
  )
  const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length
  expect(mean(boxes.map(([, , h, w]) => (h * w) / 40_000))).toBeCloseTo(0.3, 1)
  // where there is room the middle of the box is as often left as right
  expect(mean(boxes.map(([, left, , w]) => (left + w / 2) / 200))).toBeCloseTo(0.5, 1)
  expect(Math.min(...boxes.map(([top]) => top))).toBe(0)
  expect(Math.max(...boxes.map(([top, , h]) => top + h))).toBe(200)
})

test('a picture too narrow for any box gets the largest legal one in its middle', () => {
  // no square of at least 90 % of the area fits into 100 × 300
  expect(drawBox({ area: [0.9, 1], ratio: [1, 1] }, stream(4), 100, 300)).toEqual([0, 100, 100, 100])
  expect(drawBox({ area: [0.9, 1], ratio: [1, 2] }, stream(4), 100, 600)).toEqual([0, 200, 100, 200])
  expect(drawBox({ area: [0.9, 1], ratio: [0.5, 1] }, stream(4), 600, 100)).toEqual([200, 0, 200, 100])
})

const [FIRST, SECOND] = BYOL_VIEWS as [View, View]
const COUNT = 10_000
const drawn = (view: View): DrawnView[] =>
  Array.from({ length: COUNT }, (_, i) => drawView(view, stream(0, 0, i, 0), 32, 32))

/** A share within five deviations of a probability. */
function expectShare(
  views: readonly DrawnView[],
  test: (view: DrawnView) => boolean,
  probability: number,
): void {
  const share = views.filter(test).length / views.length
  const deviation = Math.sqrt((probability * (1 - probability)) / views.length)
  expect(Math.abs(share - probability)).toBeLessThanOrEqual(5 * deviation)
}

test("BYOL's probabilities: jitter 0.8, grey 0.2, blur 1 and 0.1, solarize 0 and 0.2", () => {
  for (const [view, blur, solarize] of [
    [FIRST, 1, 0],
    [SECOND, 0.1, 0.2],
  ] as const) {
    const views = drawn(view)
    expectShare(views, ({ flip }) => flip, 0.5)
    expectShare(views, ({ jitter }) => jitter !== undefined, 0.8)
    expectShare(views, ({ grayscale }) => grayscale, 0.2)
    expectShare(views, ({ sigma }) => sigma !== undefined, blur)
    expectShare(views, (one) => one.solarize, solarize)
    // independent of each other
    expectShare(views, ({ flip, grayscale }) => flip && grayscale, 0.1)
  }
})

test('amounts fill their ranges, and each step comes first as often', () => {
  const views = drawn(FIRST)
  const jittered = views.flatMap(({ jitter }) => (jitter ? [jitter] : []))
  const ranges = {
    brightness: [-0.4, 0.4],
    contrast: [0.6, 1.4],
    saturation: [0.8, 1.2],
    hue: [-0.1, 0.1],
  } as const
  for (const step of ['brightness', 'contrast', 'saturation', 'hue'] as const) {
    const [low, high] = ranges[step]
    const values = jittered.map(({ amounts }) => amounts[step])
    const edge = (high - low) / 100
    expect(Math.min(...values)).toBeGreaterThanOrEqual(low)
    expect(Math.min(...values)).toBeLessThan(low + edge)
    expect(Math.max(...values)).toBeLessThanOrEqual(high)
    expect(Math.max(...values)).toBeGreaterThan(high - edge)
    expect(jittered.filter(({ order }) => order[0] === step).length / jittered.length).toBeCloseTo(0.25, 1)
  }
  expect(jittered.every(({ order }) => new Set(order).size === 4)).toBe(true)
  const sigmas = views.map(({ sigma }) => sigma as number)
  expect(Math.min(...sigmas)).toBeGreaterThanOrEqual(0.1)
  expect(Math.max(...sigmas)).toBeLessThan(2)
})

test('changing one probability leaves the other draws as they were', () => {
  const strip = ({ box, flip, grayscale, solarize }: DrawnView) => ({ box, flip, grayscale, solarize })
  const calm = {
    ...FIRST,
    jitter: { ...FIRST.jitter, probability: 0 },
    blur: { ...FIRST.blur, probability: 0 },
  }
  const before = drawn(FIRST).slice(0, 100).map(strip)
  expect(drawn(calm).slice(0, 100).map(strip)).toEqual(before)
})

test('the closed form and who learns from it are shown pictures as they are, those who compare views are not', () => {
  const facts = { pictures: 1000, channels: 3, nativeSize: 32 }
  const asTheyAre = Object.values(METHODS)
    .filter((method) => resolveSettings(method, 'small', {}, facts, 'float32').views.some(changesNothing))
    .map(({ name }) => name)
  expect(asTheyAre).toEqual(['smt', 'smt-distilled'])
  const [whole] = WHOLE as [View]
  expect(changesNothing(whole)).toBe(true)
  expect(changesNothing({ ...whole, flip: 0.5 })).toBe(false)
  expect(changesNothing({ ...whole, translate: { probability: 0.8, share: 0.1 } })).toBe(false)
})
