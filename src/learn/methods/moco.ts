/** Momentum contrast: the keys come from a moving copy, of earlier steps or of this one. */
import * as views from '../augment/views.js'
import * as extract from '../extract/index.js'
import { mlp, predictor } from '../head.js'
import * as loss from '../loss/index.js'
import type { Nameless } from '../method.js'
import {
  BN_OUT,
  cifar,
  imagenet,
  lars,
  NO_BLUR,
  type Recipe,
  type Scale,
  SMALL_CROPS,
  sgd,
  small,
} from '../presets.js'
import * as similarity from '../similarity/index.js'
import { ema } from '../target.js'

const MOCO_CIFAR = {
  projector: { outputs: 256 },
  loss: { queue: 32768 },
  target: ema(0.99),
  ...SMALL_CROPS,
}

/** Batch norm in the head, unlike the paper's: a short run learns more with it. */
const MOCO_SMALL = ({ tau, queue }: Scale): Partial<Recipe> => ({
  loss: { queue },
  target: ema(tau),
  projector: { hidden: 512, outputs: 128, norm: 'batch' },
})

/** The factor 2T of both directions, at temperature 0.2. */
const MOCO_V3_SHARP = { temperature: 0.2, weight: 0.8 }

export const mocoV2: Nameless = {
  title: 'Momentum Contrast v2',
  paper: 'arXiv 2003.04297',
  year: 2020,
  idea: 'finds the other view’s key in a queue of earlier keys; batch norm is not shuffled, one process has one batch',
  views: views.QUERY_KEY_VIEWS,
  extract: extract.pooled,
  projector: mlp(2048, 128, { norm: 'none', outputBias: true }),
  predictor: null,
  similarity: similarity.cosine,
  loss: loss.queueContrast({ temperature: 0.2, queue: 65536 }),
  target: ema(0.999, 'constant'),
  presets: {
    imagenet: imagenet('facebookresearch/moco: 71.1 %', 256, 800, sgd(0.03, 1e-4), {
      warmup: 0,
    }),
    cifar: cifar('solo-learn: 92.94 %, there with symmetric views', sgd(0.3, 1e-4), MOCO_CIFAR),
    small: small(MOCO_SMALL),
  },
}

export const mocoV3: Nameless = {
  title: 'MoCo v3',
  paper: 'arXiv 2104.02057',
  year: 2021,
  idea: 'contrast within the batch, with BYOL’s predictor and moving target',
  views: views.BYOL_VIEWS,
  extract: extract.pooled,
  projector: mlp(4096, 256, BN_OUT),
  predictor: predictor(4096, BN_OUT),
  similarity: similarity.cosine,
  loss: loss.infoNce({ temperature: 1, sameView: false, weight: 4 }),
  target: ema(0.996),
  presets: {
    imagenet: imagenet('facebookresearch/moco-v3, ResNet-50: 72.8 %', 4096, 300, lars(0.3, 1e-6), {
      target: ema(0.99),
      views: { area: 0.2 },
    }),
    cifar: cifar('solo-learn: 93.10 %', lars(0.3, 1e-6), {
      loss: MOCO_V3_SHARP,
      target: ema(0.99),
      ...NO_BLUR,
    }),
    small: small(({ tau }) => ({ loss: MOCO_V3_SHARP, target: ema(tau) })),
  },
}

export const densecl: Nameless = {
  ...mocoV2,
  title: 'Dense contrastive learning',
  paper: 'arXiv 2011.09157',
  idea: 'MoCo on whole pictures and on the matching places of two maps',
  extract: extract.dense,
  loss: loss.denseContrast({ temperature: 0.2, queue: 65536, lambda: 0.5 }),
  presets: {
    imagenet: imagenet('the paper, section 4.1: 63.5 %', 256, 200, sgd(0.03, 1e-4), { warmup: 0 }),
    cifar: cifar('none published: MoCo v2’s', sgd(0.3, 1e-4), MOCO_CIFAR),
    small: small(MOCO_SMALL),
  },
}
