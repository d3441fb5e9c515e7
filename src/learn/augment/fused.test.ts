/** The fused kernel against the plain tensor form, a step alone and all together. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Finish } from '../../encode/crops.js'
import { standardize } from '../../encode/input.js'
import { permutation, stream, uniform } from '../../encode/random.js'
import type { Packed } from '../../images/batches.js'
import { memory, ops, scope, setThreads, type Tensor, threads } from '../../torch/index.js'
import type { View } from '../settings-schema.js'
import { packed } from '../testing/packed.js'
import { STILL } from '../testing/still.js'
import { applyViews, drawViews, finishedViews } from './apply.js'
import { viewsPlain } from './plain.js'
import { type DrawnView, drawBox, JITTER_STEPS } from './view.js'
import { AMDIM_VIEWS, BYOL_VIEWS } from './views.js'

let before: number
beforeAll(() => {
  before = memory().tensors
})
afterAll(() => expect(memory().tensors).toBe(before))

const CLOSE = 1e-5
const SIZES = [
  [40, 31],
  [1, 1],
  [9, 70],
  [64, 64],
  [33, 8],
  [120, 150],
  [5, 5],
  [32, 32],
] as const
const VIEW: View = { ...(BYOL_VIEWS[1] as View), solarize: { probability: 1, threshold: 0.5 } }

/** The same noise in 16 bits: each byte twice over, less what makes it use all of them. */
function wide(batch: Packed): Packed {
  const values = Uint16Array.from(
    batch.parts[0] as Uint8Array,
    (value, i) => value * 257 - (i % 7) * Math.sign(value),
  )
  return { ...batch, parts: [values], maximum: 65535 }
}

/** Some colour in large areas, and grey, black and white ones: where hue has no meaning or a channel is the largest twice. */
function flat(batch: Packed): Packed {
  const { channels } = batch
  const values = Uint8Array.from(batch.parts[0] as Uint8Array, (_, i) => {
    const pixel = Math.floor(i / channels)
    const kind = Math.floor(pixel / 5) % 6
    return [0, 255, 120, [200, 200, 10][i % channels], [10, 90, 90][i % channels], pixel % 256][
      kind
    ] as number
  })
  return { ...batch, parts: [values] }
}

type Change = Partial<DrawnView> | ((i: number) => Partial<DrawnView>)

const AMOUNTS = { brightness: 0, contrast: 1, saturation: 1, hue: 0 }
const amount = (step: (typeof JITTER_STEPS)[number], of: (draw: () => number) => number): Change => {
  const order = [step, ...JITTER_STEPS.filter((other) => other !== step)]
  return (i) => ({ jitter: { order, amounts: { ...AMOUNTS, [step]: of(stream(5, i)) } } })
}

const STEPS: Record<string, Change> = {
  'crop alone': {},
  flip: { flip: true },
  shift: (i) => ({ shift: [uniform(stream(1, i), -1, 1), uniform(stream(2, i), -0.3, 0.3)] }),
  brightness: amount('brightness', (draw) => uniform(draw, -0.8, 0.8)),
  contrast: amount('contrast', (draw) => uniform(draw, 0, 2)),
  saturation: amount('saturation', (draw) => uniform(draw, 0, 2)),
  'saturation far up': amount('saturation', (draw) => uniform(draw, 5, 20)),
  hue: amount('hue', (draw) => uniform(draw, -0.5, 0.5)),
  'hue around and around': amount('hue', (draw) => uniform(draw, -3, 3)),
  grayscale: { grayscale: true },
  blur: (i) => ({ sigma: uniform(stream(3, i), 0.1, 2) }),
  'a wide blur': (i) => ({ sigma: uniform(stream(3, i), 20, 60) }),
  solarize: { solarize: true },
  'all together': (i) => {
    const draw = stream(4, i)
    const some = <T>(value: T) => (draw() < 0.7 ? value : undefined)
    return {
      flip: draw() < 0.5,
      shift: some([uniform(draw, -0.2, 0.2), uniform(draw, -0.2, 0.2)] as const),
      jitter: some({
        order: [...permutation(draw, 4)].map((k) => JITTER_STEPS[k] as (typeof JITTER_STEPS)[number]),
        amounts: {
          brightness: uniform(draw, -0.4, 0.4),
          contrast: uniform(draw, 0.6, 1.4),
          saturation: uniform(draw, 0.8, 1.2),
          hue: uniform(draw, -0.1, 0.1),
        },
      }),
      grayscale: draw() < 0.3,
      sigma: some(uniform(draw, 0.1, 20)),
      solarize: draw() < 0.5,
    }
  },
}

function drawnOf(batch: Packed, change: Change, salt: number): DrawnView[] {
  return Array.from(batch.used, (_, i) => {
    const [height, width] = [batch.layout[3 * i + 1] as number, batch.layout[3 * i + 2] as number]
    const box = drawBox(VIEW.crop, stream(salt, i), height, width)
    return { ...STILL, box, ...(typeof change === 'function' ? change(i) : change) }
  })
}

const statistics = (channels: number) => ({
  mean: Array.from({ length: channels }, (_, c) => 0.4 + 0.02 * c),
  std: Array.from({ length: channels }, (_, c) => 0.2 + 0.01 * c),
})

/** Largest distance of the fused views from the plain ones, both standardised. */
function distance(batch: Packed, drawn: DrawnView[], size: number, view = VIEW): number {
  return scope(() => {
    const finish = statistics(batch.channels)
    const [fused] = finishedViews(batch, [{ view, drawn, size }], { ...finish, dtype: 'float32' })
    const plain = standardize(viewsPlain(view, drawn, batch, size), { maximum: batch.maximum, ...finish })
    expect(fused?.shape).toEqual(plain.shape)
    return plain
      .sub(fused as Tensor)
      .abs()
      .max()
      .item()
  })
}

/** Standardised values are five times as far apart as pixels. */
const scaled = CLOSE / 0.2

describe.each(Object.entries(STEPS))('%s', (_, change) => {
  test.each([
    [3, 8],
    [3, 33],
    [1, 32],
    [13, 33],
    [2, 1],
    [3, 96],
  ])('%i channels at %i px is the plain form', (channels, size) => {
    const noise = packed(SIZES, channels)
    for (const batch of channels === 3 ? [noise, flat(noise)] : [noise])
      expect(distance(batch, drawnOf(batch, change, size), size)).toBeLessThan(scaled)
  })
})

describe('all together', () => {
  const change = STEPS['all together'] as Change

  test.each([
    [3, 32],
    [1, 33],
    [13, 8],
  ])('%i channels at %i px in 16 bits, and of a maximum of its own', (channels, size) => {
    const batch = wide(packed(SIZES, channels))
    const drawn = drawnOf(batch, change, size)
    expect(distance(batch, drawn, size)).toBeLessThan(scaled)
    // what is beyond the maximum is cut
    expect(distance({ ...batch, maximum: 40_000 }, drawn, size)).toBeLessThan(scaled)
  })

  test.each([
    [3, 32],
    [1, 33],
    [3, 224],
  ])('%i channels at %i px in bfloat16 is float32 rounded once', (channels, size) => {
    const batch = packed(SIZES.slice(2, 6), channels)
    const drawn = drawnOf(batch, change, size)
    scope(() => {
      const finish = statistics(channels)
      const make = (dtype: Finish['dtype']) =>
        finishedViews(batch, [{ view: VIEW, drawn, size }], { ...finish, dtype })[0] as Tensor
      expect(make('bfloat16').dtype).toBe('bfloat16')
      expect(ops.ne(make('bfloat16'), make('float32').to('bfloat16')).sum().item()).toBe(0)
    })
  })

  test('at 224 px is the plain form', () => {
    const batch = packed(SIZES.slice(3, 6), 3)
    expect(distance(batch, drawnOf(batch, change, 224), 224)).toBeLessThan(scaled)
  })

  test('does not depend on the number of threads', () => {
    const batch = packed(SIZES, 3)
    const drawn = drawnOf(batch, change, 33)
    const count = threads()
    const [one, two, three] = [1, 2, 3].map((many) => {
      setThreads(many)
      return scope(() => applyViews(VIEW, drawn, batch, 33).bytes())
    })
    setThreads(count)
    expect(two).toEqual(one)
    expect(three).toEqual(one)
  })
})

test("methods' own draws", () => {
  const batch = packed(SIZES, 3)
  for (const [number, view] of [...BYOL_VIEWS, ...AMDIM_VIEWS].entries()) {
    const drawn = drawViews(view, batch, { seed: 1, epoch: 2, view: number })
    expect(distance(batch, drawn, 32, view)).toBeLessThan(scaled)
  }
})

test('views of several sizes are made from one batch, and freed', () => {
  const batch = packed(SIZES, 3)
  const live = memory().tensors
  scope(() => {
    const wanted = [16, 9, 1].map((size) => ({ view: VIEW, drawn: drawnOf(batch, {}, size), size }))
    const made = finishedViews(batch, wanted, { ...statistics(3), dtype: 'float32' })
    expect(made.map(({ shape }) => shape[3])).toEqual([16, 9, 1])
    // the packed pictures are not among them
    expect(memory().tensors).toBe(live + 3)
  })
  expect(memory().tensors).toBe(live)
})
