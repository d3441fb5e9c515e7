/** BYOL's pair of views: Grill et al. 2020 (arXiv 2006.07733), table 6. */
import type { View } from './view.js'

const shared = {
  crop: { area: [0.08, 1], ratio: [3 / 4, 4 / 3] },
  flip: 0.5,
  jitter: { probability: 0.8, brightness: 0.4, contrast: 0.4, saturation: 0.2, hue: 0.1 },
  grayscale: 0.2,
} as const

export const BYOL_VIEWS: readonly [View, View] = [
  {
    ...shared,
    blur: { probability: 1, sigma: [0.1, 2], kernel: 0.1 },
    solarize: { probability: 0, threshold: 0.5 },
  },
  {
    ...shared,
    blur: { probability: 0.1, sigma: [0.1, 2], kernel: 0.1 },
    solarize: { probability: 0.2, threshold: 0.5 },
  },
]
