/** Learned without a gradient: sums over all pictures have the answer. */
import * as views from '../augment/views.js'
import * as extract from '../extract/index.js'
import { NO_HEAD } from '../head.js'
import * as loss from '../loss/index.js'
import type { Nameless } from '../method.js'
import { type Scale, small } from '../presets.js'
import * as similarity from '../similarity/index.js'
import { ITSELF } from '../target.js'

/** Two passes: one for the scatter of codes, one for the vectors that follow. At 64 px no better than at 32. */
const SMALL = ({ pictures, evalSize }: Scale) => ({
  encoder: { name: 'patch-codes', patch: 6 },
  size: Math.min(32, evalSize),
  evalSize: Math.min(32, evalSize),
  batch: Math.min(256, 2 ** Math.floor(Math.log2(Math.max(8, pictures / 8)))),
  epochs: 2,
  warmup: 0,
  views: { area: 1, blur: { probability: 0 } },
  learningRate: 0,
  optimizer: { name: 'none', weightDecay: 0 } as const,
})

export const smt: Nameless = {
  title: 'Sparse manifold transform in closed form',
  paper: 'arXiv 2209.15261',
  year: 2022,
  idea: 'codes places by which patches they are like, and keeps the directions of codes in which a picture agrees with itself',
  views: views.WHOLE,
  extract: extract.codes,
  projector: NO_HEAD,
  predictor: null,
  similarity: similarity.dot,
  loss: loss.discriminant({ dropped: 16, places: 256, ridge: 1e-3, whitening: 0.25 }),
  target: ITSELF,
  presets: { small: small(SMALL) },
}
