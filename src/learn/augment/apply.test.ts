import { afterAll, beforeAll, expect, test } from 'vitest'
import { centerCrops } from '../../encode/crops.js'
import { memory, ops, scope, type Tensor } from '../../torch/index.js'
import type { View } from '../settings-schema.js'
import { packed } from '../testing/packed.js'
import { STILL } from '../testing/still.js'
import { applyViews, drawViews } from './apply.js'
import type { DrawnView } from './view.js'
import { BYOL_VIEWS } from './views.js'

let before: number
beforeAll(() => {
  before = memory().tensors
})
afterAll(() => expect(memory().tensors).toBe(before))

const [, second] = BYOL_VIEWS as [View, View]
/** Every step is likely, so that every step's batches are of mixed composition. */
const BUSY: View = {
  ...second,
  grayscale: 0.3,
  blur: { ...second.blur, probability: 0.5, sigma: [5, 30], kernel: 0.3 },
  solarize: { probability: 0.5, threshold: 0.5 },
}
const SIZES = [
  [9, 14],
  [31, 8],
  [12, 12],
  [1, 1],
  [20, 33],
  [8, 8],
  [17, 6],
] as const
const SIDE = 9
const KEYS = { seed: 3, epoch: 0, view: 0 }

const render = (batch: ReturnType<typeof packed>, keys = KEYS, view = BUSY) =>
  scope(() => applyViews(view, drawViews(view, batch, keys), batch, SIDE).toFloat32())

test.each([3, 1])('a view is the same, bit by bit, alone and in any batch (%i channels)', (channels) => {
  const whole = render(packed(SIZES, channels))
  const each = channels * SIDE * SIDE
  const reversed = render(packed(SIZES.toReversed(), channels, [...SIZES.keys()].reverse()))
  for (const [i, size] of SIZES.entries()) {
    const expected = whole.slice(i * each, (i + 1) * each)
    expect(render(packed([size], channels, [i])), `picture ${i} alone`).toEqual(expected)
    const at = SIZES.length - 1 - i
    expect(reversed.slice(at * each, (at + 1) * each), `picture ${i} in the reversed batch`).toEqual(expected)
  }
})

test('epochs, views and seeds give other views; values stay in [0, 1]', () => {
  const batch = packed(SIZES, 3)
  const all = [KEYS, { ...KEYS, epoch: 1 }, { ...KEYS, view: 1 }, { ...KEYS, seed: 4 }].map((keys) =>
    render(batch, keys),
  )
  expect(new Set(all.map(String)).size).toBe(4)
  expect(render(batch)).toEqual(all[0])
  for (const values of all) {
    expect(values.every((value) => value >= 0 && value <= 1)).toBe(true)
    expect(Math.max(...values)).toBeGreaterThan(0.9)
  }
})

/** A view that does nothing but what `change` says. */
const still = (change: Partial<DrawnView> = {}): DrawnView => ({
  ...STILL,
  box: [0, 0, SIDE, SIDE],
  ...change,
})
const square = (channels: number) => packed([[SIDE, SIDE]], channels)
const apply = (change: Partial<DrawnView>, channels = 3) =>
  scope(() => applyViews(BUSY, [still(change)], square(channels), SIDE).toFloat32())

test('a whole, unchanged view is the picture; a flipped one its mirror', () => {
  const [values] = square(3).parts as [Uint8Array]
  const pixel = (c: number, y: number, x: number) => (values[(y * SIDE + x) * 3 + c] as number) / 255
  const [plain, mirrored] = [apply({}), apply({ flip: true })]
  for (const [c, y, x] of [
    [0, 0, 0],
    [1, 4, 7],
    [2, 8, 2],
  ] as const) {
    expect(plain[(c * SIDE + y) * SIDE + x]).toBeCloseTo(pixel(c, y, x), 5)
    expect(mirrored[(c * SIDE + y) * SIDE + x]).toBeCloseTo(pixel(c, y, SIDE - 1 - x), 5)
  }
})

const amounts = { brightness: 0.3, contrast: 0.5, saturation: 0, hue: 0.4 }

test('the order of jitter matters and is the drawn one', () => {
  const dark = apply({ jitter: { order: ['brightness', 'contrast', 'saturation', 'hue'], amounts } })
  const other = apply({ jitter: { order: ['contrast', 'brightness', 'saturation', 'hue'], amounts } })
  expect(dark).not.toEqual(other)
  // without saturation all channels are one
  for (const values of [dark, other]) {
    const [red, green] = [values.slice(0, 81), values.slice(81, 162)]
    expect(Math.max(...red.map((value, i) => Math.abs(value - (green[i] as number))))).toBeLessThan(1e-6)
  }
})

test('grey pictures skip saturation, hue and grayscale', () => {
  const order = ['saturation', 'hue', 'brightness', 'contrast'] as const
  const jitter = { order, amounts: { ...amounts, brightness: 0, contrast: 1 } }
  const plain = apply({}, 1)
  const grey = apply({ jitter, grayscale: true }, 1)
  expect(Math.max(...grey.map((value, i) => Math.abs(value - (plain[i] as number))))).toBeLessThan(1e-6)
  const brighter = apply({ jitter: { order, amounts: { ...amounts, contrast: 1 } } }, 1)
  expect(brighter[0]).toBeCloseTo(Math.min(1, (plain[0] as number) + 0.3), 5)
})

test('only the chosen pictures of a batch change', () => {
  const batch = packed(
    [
      [SIDE, SIDE],
      [SIDE, SIDE],
      [SIDE, SIDE],
    ],
    3,
  )
  scope(() => {
    const plain = applyViews(BUSY, [still(), still(), still()], batch, SIDE)
    const mixed = applyViews(
      BUSY,
      [still(), still({ grayscale: true, sigma: 20, solarize: true }), still()],
      batch,
      SIDE,
    )
    const changed = mixed.sub(plain).abs().amax([1, 2, 3]).toArray()
    expect([changed[0], changed[2]]).toEqual([0, 0])
    expect(changed[1]).toBeGreaterThan(0.1)
  })
})

test('the plain view is a centred square of a share of the short side', () => {
  // 6 × 10 with a bright square of 4 × 4 in its middle, two above and below less one
  const pixels = Uint8Array.from({ length: 60 }, (_, i) => {
    const [y, x] = [Math.floor(i / 10), i % 10]
    return y >= 1 && y < 5 && x >= 3 && x < 7 ? 255 : 0
  })
  const batch = { ...packed([[6, 10]], 1), parts: [pixels] }
  scope(() => {
    expect(centerCrops(batch, 4, 4 / 6).toArray()).toEqual(Array(16).fill(1))
    const whole: Tensor = centerCrops(batch, 6, 1)
    expect(whole.shape).toEqual([1, 1, 6, 6])
    expect(whole.sum().item()).toBe(16)
    expect(ops.sum(centerCrops(packed([[1, 1]], 3), 4, 0.5).isnan()).item()).toBe(0)
  })
})
