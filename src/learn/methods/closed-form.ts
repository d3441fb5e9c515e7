/** Learned without a gradient, as sums over all pictures have the answer; and a network that learns from that. */
import * as views from '../augment/views.js'
import * as extract from '../extract/index.js'
import { mlp, NO_HEAD } from '../head.js'
import * as loss from '../loss/index.js'
import type { Nameless } from '../method.js'
import { adamw, type Scale, small } from '../presets.js'
import * as similarity from '../similarity/index.js'
import { ITSELF } from '../target.js'

const DISCRIMINANT = { dropped: 16, places: 256, ridge: 1e-3, whitening: 0.25 }
/** Pictures that the closed form of a large set is made from: more tell it little. */
const ENOUGH = 16_384

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
  record:
    'on each of eight sets with labels its nearest neighbours were right more often than those of raw pixels, whitened pixels and an untrained network (docs/own-pictures.md)',
  views: views.WHOLE,
  extract: extract.codes,
  projector: NO_HEAD,
  predictor: null,
  similarity: similarity.dot,
  loss: loss.discriminant(DISCRIMINANT),
  target: ITSELF,
  presets: { small: small(SMALL) },
}

/** From so many minutes on, twice the patches and twice the channels tell more than twice the passes do: docs/own-pictures.md. */
const LONG = 8

/** Views of three quarters of the side: half the work, and pictures at their own side are no harder to read. */
const DISTILLED = ({ pictures, evalSize, minutes = 0 }: Scale) => ({
  encoder: {
    ...{ name: 'joined', patch: 6, firstLayer: 'whitening' as const },
    ...(minutes >= LONG && { width: 2, atoms: 2048 }),
  },
  size: Math.min(32, evalSize),
  evalSize: Math.min(32, evalSize),
  epochs: pictures > 20_000 ? 4 : 60,
  warmup: 0,
  ...adamw(2e-3, 1e-4),
  projector: { hidden: 512, outputs: 128 },
  loss: { pictures: Math.min(pictures, ENOUGH), memory: Math.min(pictures, 65_536) },
  views: { area: 1, localArea: [0.25, 1] as const, jitter: 0.5, blur: { probability: 0 } },
})

export const smtDistilled: Nameless = {
  title: 'A network taught by the closed form',
  paper: 'arXiv 2101.04731',
  year: 2021,
  idea: 'the sparse manifold transform in closed form, and beside it a network that learns from crops which pictures are near by it',
  record:
    'on each of eight sets with labels this method, from three minutes on, told more by ten labels a class than all that needs no training, and was nowhere clearly behind it (docs/own-pictures.md)',
  views: views.WHOLE_AND_CROP,
  extract: extract.beside,
  projector: mlp(2048, 128, { outputNorm: 'batch' }),
  predictor: null,
  similarity: similarity.cosine,
  loss: loss.codeNeighbours({
    ...DISCRIMINANT,
    temperature: 0.1,
    teacherTemperature: 0.07,
    pictures: ENOUGH,
    memory: 65_536,
    bank: 8192,
  }),
  target: ITSELF,
  presets: { small: small(DISTILLED) },
}
