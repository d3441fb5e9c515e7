import { expect, test } from 'vitest'
import { scope } from '../../torch/index.js'
import type { View } from '../settings-schema.js'
import { packed } from '../testing/packed.js'
import { applyViews, drawMasks, drawViews, viewSize } from './apply.js'
import * as sets from './views.js'

const BATCH = packed(Array(40).fill([10, 12]), 3)
const KEYS = { seed: 3, epoch: 2, view: 0 }
const CONVOLUTION = 4

test('multi-crop: two wide views that both networks see, then local ones for the online network', () => {
  for (const locals of [0, 2, 6, 8]) {
    const views = sets.multiCrop(locals)
    expect(views.length).toBe(2 + locals)
    expect(views.map(({ seenBy = 'both' }) => seenBy)).toEqual([
      'both',
      'both',
      ...Array(locals).fill('online'),
    ])
    expect(views.map(({ crop }) => crop.area)).toEqual([
      [0.4, 1],
      [0.4, 1],
      ...Array(locals).fill([0.05, 0.4]),
    ])
  }
  const swav = sets.multiCrop(1, { global: [0.14, 1], local: [0.05, 0.14] })
  expect(swav.map(({ crop }) => crop.area[0])).toEqual([0.14, 0.14, 0.05])
})

// 96 / 224 of the side, to the nearest multiple of what the encoder's first layers or patches divide by
test.each([
  [224, CONVOLUTION, 96],
  [224, 16, 96],
  [224, 14, 98],
  [96, CONVOLUTION, 40],
  [32, CONVOLUTION, 12],
  [32, 8, 16],
  [24, CONVOLUTION, 12],
  [24, 8, 8],
  // never less than one patch
  [16, 16, 16],
])(
  'local views of a run at %i px with a grain of %i are of %i px, wide ones of the run’s',
  (size, grain, local) => {
    const [wide, , small] = sets.multiCrop(1) as [View, View, View]
    expect(viewSize(wide, size, grain)).toBe(size)
    expect(viewSize(small, size, grain)).toBe(local)
    scope(() => {
      const few = packed([[10, 12]], 3)
      expect(applyViews(small, drawViews(small, few, KEYS), few, local).shape).toEqual([1, 3, local, local])
    })
  },
)

test('a shared flip is the same in all views of a picture and another in other pictures; other draws stay apart', () => {
  const [first, second] = sets.AMDIM_VIEWS as [View, View]
  const drawn = [first, second].map((view, number) => drawViews(view, BATCH, { ...KEYS, view: number }))
  const flips = drawn.map((views) => views.map(({ flip }) => flip))
  expect(flips[0]).toEqual(flips[1])
  expect(new Set(flips[0]).size).toBe(2)
  expect(drawn[0]?.map(({ shift }) => shift)).not.toEqual(drawn[1]?.map(({ shift }) => shift))
  const next = drawViews(first, BATCH, { ...KEYS, epoch: KEYS.epoch + 1 }).map(({ flip }) => flip)
  expect(next).not.toEqual(flips[0])
})

test('without it each view is flipped on its own, and nothing else of a view depends on it', () => {
  const [view] = sets.YADIM_VIEWS as [View]
  const flips = [0, 1].map((number) =>
    drawViews(view, BATCH, { ...KEYS, view: number }).map(({ flip }) => flip),
  )
  expect(flips[0]).not.toEqual(flips[1])
  const rest = [view, { ...view, sharedFlip: true }].map((one) =>
    drawViews(one, BATCH, KEYS).map((drawn) => ({ ...drawn, flip: false })),
  )
  expect(rest[0]).toEqual(rest[1])
})

test('masks: the same for the same keys, others for another picture, view, epoch or seed', () => {
  const [view] = sets.MAE_VIEWS as [View]
  const masks = (batch: typeof BATCH, keys = KEYS) =>
    scope(() => {
      const mask = drawMasks(view, batch, keys, 8)
      expect(mask?.shape).toEqual([batch.used.length, 64])
      expect(mask?.dtype).toBe('bool')
      return mask?.toArray() as number[]
    })
  const row = (all: number[], i: number) => all.slice(64 * i, 64 * (i + 1)).join('')
  const all = masks(BATCH)
  expect(masks(BATCH)).toEqual(all)
  const rows = Array.from({ length: 40 }, (_, i) => row(all, i))
  expect(new Set(rows).size).toBe(40)
  // three quarters
  for (const one of rows) expect([...one].filter((hidden) => hidden === '1').length).toBe(48)
  // a picture keeps its mask in another batch
  const again = masks(
    packed(
      [
        [10, 12],
        [9, 9],
      ],
      3,
      [7, 3],
    ),
  )
  expect([row(again, 0), row(again, 1)]).toEqual([rows[7], rows[3]])
  for (const keys of [
    { ...KEYS, view: 1 },
    { ...KEYS, epoch: 3 },
    { ...KEYS, seed: 4 },
  ])
    expect(masks(BATCH, keys)).not.toEqual(all)
})

test('only wide views of a masked multi-crop are masked, half of the pictures', () => {
  const views = sets.maskedMultiCrop(3)
  expect(views.map(({ mask }) => mask?.kind)).toEqual(['block', 'block', undefined, undefined, undefined])
  scope(() => {
    expect(drawMasks(views[2] as View, BATCH, KEYS, 8)).toBeUndefined()
    const hidden = drawMasks(views[0] as View, BATCH, KEYS, 8)
      ?.to('float32')
      .sum([1])
      .toArray() as number[]
    const masked = hidden.filter((count) => count > 0).length
    expect(Math.abs(masked - 20)).toBeLessThan(10)
  })
})

test('every set: probabilities and ranges in order, at least one view that the online network sees', () => {
  const all = Object.values(sets).map((one) => (typeof one === 'function' ? one(2) : one))
  for (const views of all) {
    expect(views.some(({ seenBy }) => seenBy !== 'target')).toBe(true)
    for (const { crop, blur, jitter } of views) {
      for (const [low, high] of [crop.area, crop.ratio, blur.sigma]) expect(low).toBeLessThanOrEqual(high)
      expect(crop.area[1]).toBeLessThanOrEqual(1)
      expect(jitter.hue).toBeLessThanOrEqual(0.5)
    }
  }
})
