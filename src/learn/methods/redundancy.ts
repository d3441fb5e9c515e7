/** No negatives and no other network: the components of the vectors are kept apart. */

import { blurAt } from '../augment/view.js'
import * as views from '../augment/views.js'
import * as extract from '../extract/index.js'
import { mlp } from '../head.js'
import * as loss from '../loss/index.js'
import type { Nameless } from '../method.js'
import {
  AT_128,
  adam,
  adamw,
  BYOL_JITTER,
  cifar,
  imagenet,
  lars,
  NO_BLUR,
  type Recipe,
  type Scale,
  sgd,
  small,
} from '../presets.js'
import * as similarity from '../similarity/index.js'
import { ITSELF } from '../target.js'

const WIDE_2048 = { hidden: 2048, outputs: 2048 }

/** Biases and norms, which LARS does not scale, have 0.024 of the weights' rate there. */
const BARLOW_IMAGENET: Partial<Recipe> = { loss: { weight: 0.024 } }

/** Its blur has 7 taps at 128 px. */
const LEJEPA_VIT: Partial<Recipe> = {
  encoder: { name: 'vit-s', patch: 8, dropPath: 0.1 },
  ...AT_128,
  warmup: 1,
  finalLearningRate: 0.5,
  views: { blur: blurAt(128, 7) },
}

export const barlowTwins: Nameless = {
  title: 'Barlow Twins',
  paper: 'arXiv 2103.03230',
  year: 2021,
  idea: 'each component agrees with itself in the other view and with no other component',
  views: views.BYOL_VIEWS,
  extract: extract.pooled,
  projector: mlp(8192, 8192, { layers: 3 }),
  predictor: null,
  similarity: similarity.crossCorrelation,
  loss: loss.redundancyReduction({ lambda: 0.0051, weight: 1 }),
  target: ITSELF,
  presets: {
    imagenet: imagenet('facebookresearch/barlowtwins', 2048, 1000, lars(0.2, 1e-6), BARLOW_IMAGENET),
    cifar: cifar('solo-learn: 92.10 %', lars(0.3, 1e-4), {
      projector: WIDE_2048,
      loss: { weight: 0.1 },
      ...NO_BLUR,
    }),
    small: small({ projector: { hidden: 512, outputs: 512 }, loss: { weight: 0.02 } }),
  },
}

export const vicreg: Nameless = {
  ...barlowTwins,
  title: 'Variance, invariance, covariance',
  paper: 'arXiv 2105.04906',
  idea: 'views alike, every component spread out, no two components telling the same',
  similarity: similarity.squaredDistance,
  loss: loss.varianceCovariance({ invariance: 25, variance: 25, covariance: 1 }),
  presets: {
    imagenet: imagenet('facebookresearch/vicreg', 2048, 1000, lars(0.2, 1e-6)),
    cifar: cifar('solo-learn: 92.07 %', lars(0.3, 1e-4), {
      projector: WIDE_2048,
      views: { area: 0.2, solarize: { probability: 0.1 }, ...NO_BLUR.views },
    }),
    small: small({ projector: { hidden: 512, outputs: 512 }, ...sgd(0.1, 1e-4, true) }),
  },
}

export const wMse: Nameless = {
  title: 'Whitening MSE',
  paper: 'arXiv 2007.06346',
  year: 2020,
  idea: 'views alike after each slice of the batch was whitened, which leaves no room for collapse',
  views: views.SIMCLR_VIEWS,
  extract: extract.pooled,
  projector: mlp(1024, 64, { outputBias: true }),
  predictor: null,
  similarity: similarity.cosine,
  loss: loss.whitenedDistance({ slice: 128, iterations: 1, eps: 0 }),
  target: ITSELF,
  presets: {
    imagenet: imagenet('htdt, ImageNet-100', 512, 240, adam(1e-3, 1e-6), {
      encoder: 'resnet18',
      projector: { outputs: 128 },
      loss: { slice: 256 },
      ...NO_BLUR,
    }),
    cifar: cifar('solo-learn: 88.67 %', adam(2e-3, 1e-6), {
      views: { area: 0.2, jitter: BYOL_JITTER, ...NO_BLUR.views },
    }),
    small: small(
      ({ batch }: Scale): Partial<Recipe> => ({
        projector: { hidden: 512, outputs: Math.max(2, Math.min(32, batch / 4)) },
        loss: { slice: batch, eps: 1e-4 },
        ...adamw(2e-3, 1e-4),
        views: { jitter: 0.5 },
      }),
    ),
  },
}

export const lejepa: Nameless = {
  title: 'LeJEPA',
  paper: 'arXiv 2511.08544',
  year: 2025,
  idea: 'views alike and all vectors together an isotropic Gaussian; no target, no stop-gradient',
  views: views.LEJEPA_VIEWS,
  extract: extract.pooled,
  projector: mlp(2048, 16, { layers: 3, outputBias: true }),
  predictor: null,
  similarity: similarity.squaredDistance,
  loss: loss.isotropicGaussian({ lambda: 0.02, directions: 256 }),
  target: ITSELF,
  presets: {
    imagenet: imagenet('its example, Imagenette: 90.7 %', 256, 800, adamw(2e-3, 0.05), LEJEPA_VIT),
    cifar: cifar('none published: its example', adamw(2e-3, 0.05), { warmup: 1, ...NO_BLUR }),
    small: small({ projector: { hidden: 512, outputs: 32 }, ...adamw(2e-3, 1e-3), views: { jitter: 0.5 } }),
  },
}
