/** The sets of views that methods are known by: choice 1 as data. */

import type { View } from '../settings-schema.js'
import { blurAt, type Range } from './view.js'

const plain = {
  crop: { area: [0.08, 1], ratio: [3 / 4, 4 / 3] },
  flip: 0.5,
  jitter: { probability: 0, brightness: 0, contrast: 0, saturation: 0, hue: 0 },
  grayscale: 0,
  blur: { probability: 0, sigma: [0.1, 2], kernel: 0.1 },
  solarize: { probability: 0, threshold: 0.5 },
} as const satisfies View

/** `count` views alike. */
function times(count: number, view: View): View[] {
  return Array.from({ length: count }, () => view)
}

const byolShared = {
  ...plain,
  jitter: { probability: 0.8, brightness: 0.4, contrast: 0.4, saturation: 0.2, hue: 0.1 },
  grayscale: 0.2,
} as const
const byolFirst = { ...byolShared, blur: { ...plain.blur, probability: 1 } } as const
const byolSecond = {
  ...byolShared,
  blur: { ...plain.blur, probability: 0.1 },
  solarize: { probability: 0.2, threshold: 0.5 },
} as const

/** BYOL's pair: Grill et al. 2020 (arXiv 2006.07733), table 6. Barlow Twins, VICReg and MoCo v3 took it over. */
export const BYOL_VIEWS: readonly View[] = [byolFirst, byolSecond]

/** SimCLR's pair at colour strength 1: Chen et al. 2020 (arXiv 2002.05709), appendix A. */
export const SIMCLR_VIEWS: readonly View[] = times(2, {
  ...plain,
  jitter: { probability: 0.8, brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2 },
  grayscale: 0.2,
  blur: { ...plain.blur, probability: 0.5 },
})

const mocoView = {
  ...plain,
  crop: { ...plain.crop, area: [0.2, 1] },
  jitter: { probability: 0.8, brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
  grayscale: 0.2,
  blur: { ...plain.blur, probability: 0.5 },
} as const

/** MoCo v2's and SimSiam's pair: Chen et al. 2020 (arXiv 2003.04297). */
export const MOCO_VIEWS: readonly View[] = times(2, mocoView)

/** The same with fixed parts: the query network sees one view, the key network the other. */
export const QUERY_KEY_VIEWS: readonly View[] = [
  { ...mocoView, seenBy: 'online' },
  { ...mocoView, seenBy: 'target' },
]

/**
 * Two global views and `locals` small local ones that only the online network sees: SwAV's multi-crop (arXiv
 * 2006.09882) with DINO's colours (arXiv 2104.14294) and its ratio of 96 px to 224 px.
 */
export function multiCrop(
  locals: number,
  { global = [0.4, 1], local = [0.05, 0.4] }: { global?: Range; local?: Range } = {},
): readonly View[] {
  const wide = { ...plain.crop, area: global }
  const small = {
    ...byolShared,
    crop: { ...plain.crop, area: local },
    blur: { ...blurAt(96), probability: 0.5 },
    scale: 96 / 224,
    seenBy: 'online',
  } as const
  return [{ ...byolFirst, crop: wide }, { ...byolSecond, crop: wide }, ...times(locals, small)]
}

/** iBOT's: multi-crop whose global views are masked in blocks for the online network (arXiv 2111.07832). */
export function maskedMultiCrop(locals: number): readonly View[] {
  const mask = { kind: 'block', probability: 0.5, share: [0.1, 0.5] } as const
  return multiCrop(locals).map((view) => (view.seenBy === 'online' ? view : { ...view, mask }))
}

const amdimView = {
  ...plain,
  crop: { area: [1, 1], ratio: [1, 1] },
  sharedFlip: true,
  jitter: { probability: 0.8, brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.2 },
  grayscale: 0.25,
  translate: { probability: 0.8, share: 4 / 32 },
} as const satisfies View

/** AMDIM's for 32 px: whole pictures moved by up to 4 px, one flip for both views (Bachman et al. 2019, arXiv 1906.00910). */
export const AMDIM_VIEWS: readonly View[] = times(2, amdimView)

const whole = { ...plain, crop: { area: [1, 1], ratio: [1, 1] }, flip: 0 } as const satisfies View

/** The centred square of the picture, as it is. */
export const WHOLE: readonly View[] = [whole]

/** That for the teacher, and SimCLR's view at three quarters of its side for the network that is taught. */
export const WHOLE_AND_CROP: readonly View[] = [
  { ...whole, seenBy: 'target' },
  { ...(SIMCLR_VIEWS[0] as View), scale: 0.75, seenBy: 'online' },
]

/** One view, to be cut into patches; AMDIM's operations, as the code that CPC v2 was compared with has them. */
export const CPC_VIEWS: readonly View[] = [{ ...amdimView, seenBy: 'online' }]

/** YADIM's, as recalled: all that AMDIM and CPC do, random resized crops among it. */
export const YADIM_VIEWS: readonly View[] = times(2, {
  ...amdimView,
  crop: { area: [0.3, 1], ratio: [0.7, 1.4] },
  sharedFlip: false,
})

/** MAE's one view: crop and flip, three quarters of the patches hidden (He et al. 2021, arXiv 2111.06377). */
export const MAE_VIEWS: readonly View[] = [
  {
    ...plain,
    crop: { ...plain.crop, area: [0.2, 1] },
    seenBy: 'online',
    mask: { kind: 'random', probability: 1, share: [0.75, 0.75] },
  },
]

/** DIET's one view, with milder colours than those of pairs (arXiv 2302.10260); nothing is erased from it. */
export const DIET_VIEWS: readonly View[] = [
  {
    ...plain,
    jitter: { probability: 0.3, brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.2 },
    grayscale: 0.2,
    blur: { ...plain.blur, probability: 0.2 },
    seenBy: 'online',
  },
]

/** LeJEPA's minimal example: four views alike (Balestriero & LeCun 2025, arXiv 2511.08544). */
export const LEJEPA_VIEWS: readonly View[] = times(4, {
  ...plain,
  jitter: { probability: 0.8, brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2 },
  grayscale: 0.2,
  blur: { ...plain.blur, probability: 0.5 },
  solarize: { probability: 0.2, threshold: 0.5 },
})
