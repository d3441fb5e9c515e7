/** Views are to fall into the same cluster, or to weigh the same prototypes. */
import * as views from '../augment/views.js'
import * as extract from '../extract/index.js'
import { mlp } from '../head.js'
import * as loss from '../loss/index.js'
import type { Nameless } from '../method.js'
import { adamw, cifar, imagenet, lars, NO_BLUR, type Recipe, type Scale, small } from '../presets.js'
import * as similarity from '../similarity/index.js'
import { ema, STOP_GRADIENT } from '../target.js'

/** SimCLR's colours at full strength in every view, local ones too. */
const SWAV_JITTER = { brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2 }

/** No local views: at a dozen pixels they cost a small network more than they give. */
const SWAV_SMALL = ({ prototypes, queue }: Scale): Partial<Recipe> => ({
  loss: { prototypes: Math.max(16, prototypes / 8), queue, queueFrom: 2, temperature: 0.2 },
  views: { locals: 0 },
})

export const DINO_HEAD = { layers: 3, norm: 'none', activation: 'gelu', outputBias: true } as const

export const DINO_TEACHER = {
  temperature: 0.1,
  teacherTemperature: 0.04,
  teacherTemperatureAtFirst: 0.04,
  teacherWarmup: 0,
  centreMomentum: 0.9,
}

export const DINO_SMALL = ({ prototypes, tau, teacherTemperature }: Scale): Partial<Recipe> => ({
  projector: { hidden: 512, outputs: 64, prototypes, norm: 'batch' },
  target: ema(tau),
  loss: { teacherTemperature, teacherTemperatureAtFirst: teacherTemperature },
  views: { locals: 2 },
})

export const swav: Nameless = {
  title: 'Swapping assignments between views',
  paper: 'arXiv 2006.09882',
  year: 2020,
  idea: 'predicts the cluster that another view was put in, clusters being equally full',
  views: views.multiCrop(6, { global: [0.14, 1], local: [0.05, 0.14] }),
  extract: extract.pooled,
  projector: mlp(2048, 128, { outputBias: true }),
  predictor: null,
  similarity: similarity.cosine,
  loss: loss.swappedAssignment({
    temperature: 0.1,
    prototypes: 3000,
    eps: 0.05,
    iterations: 3,
    queue: 0,
    queueFrom: 15,
  }),
  target: STOP_GRADIENT,
  presets: {
    imagenet: imagenet('facebookresearch/swav: 75.3 %', 4096, 800, lars(0.3, 1e-6), {
      finalLearningRate: 1e-3,
      freezePrototypes: 1,
      views: { jitter: SWAV_JITTER, blur: { probability: 0.5 }, solarize: { probability: 0 } },
    }),
    cifar: cifar('solo-learn: 89.17 %, without local views', lars(0.6, 1e-6), {
      loss: { queue: 3840, queueFrom: 50 },
      finalLearningRate: 1e-3,
      freezePrototypes: 2,
      views: {
        locals: 0,
        area: 0.08,
        jitter: SWAV_JITTER,
        solarize: { probability: 0 },
        ...NO_BLUR.views,
      },
    }),
    small: small(SWAV_SMALL),
  },
}

export const dino: Nameless = {
  title: 'Self-distillation with no labels',
  paper: 'arXiv 2104.14294',
  year: 2021,
  idea: 'small views learn what a teacher says of large ones, centred and sharpened; a ViT then shows what it looks at',
  views: views.multiCrop(8),
  extract: extract.prototypes,
  projector: mlp(2048, 256, { ...DINO_HEAD, prototypes: 65536 }),
  predictor: null,
  similarity: similarity.cosine,
  loss: loss.distillation(DINO_TEACHER),
  target: ema(0.996),
  readout: { network: 'target' },
  presets: {
    imagenet: imagenet('the paper, ViT-S/16: 74.0 %', 512, 100, adamw(5e-4, 0.04, 0.4), {
      encoder: { name: 'vit-s', patch: 16, dropPath: 0.1 },
      finalLearningRate: 1e-3,
      clip: 3,
      freezePrototypes: 1,
    }),
    cifar: cifar('solo-learn: 89.52 %, without local views', lars(0.3, 1e-6), {
      projector: { prototypes: 4096 },
      target: ema(0.9995),
      views: { locals: 0, area: 0.08, ...NO_BLUR.views },
    }),
    small: small(DINO_SMALL),
  },
}
