/** BYOL and what is told apart from it: one network predicts another, without negatives. */
import * as views from '../augment/views.js'
import * as extract from '../extract/index.js'
import { mlp, predictor } from '../head.js'
import * as loss from '../loss/index.js'
import type { Nameless } from '../method.js'
import { BN_OUT, changed, cifar, imagenet, lars, NO_BLUR, SMALL_CROPS, sgd, small } from '../presets.js'
import * as similarity from '../similarity/index.js'
import { ema, FROZEN, HARD_COPY, STOP_GRADIENT } from '../target.js'

/** Grill et al. 2020, and DeepMind's released code where the two differ. */
export const byol: Nameless = {
  title: 'Bootstrap Your Own Latent',
  paper: 'arXiv 2006.07733',
  year: 2020,
  idea: 'predicts what a slowly moving copy of itself says of another view, without negatives',
  views: views.BYOL_VIEWS,
  extract: extract.pooled,
  projector: mlp(4096, 256),
  predictor: predictor(4096),
  similarity: similarity.cosine,
  loss: loss.regression({ weight: 2 }),
  target: ema(0.99, 'cosine', 'own'),
  presets: {
    imagenet: imagenet('deepmind-research/byol: 72.5 %', 4096, 300, lars(0.3, 1e-6)),
    cifar: cifar('solo-learn: 92.58 %, there with clipped LARS', lars(1, 1e-5, 0.02), NO_BLUR),
    small: small(({ tau }) => ({ target: ema(tau, 'cosine', 'own') })),
  },
}

export const byolRandomTarget: Nameless = {
  ...byol,
  title: 'BYOL with a frozen random target',
  idea: 'predicts what a random network says, and ends far above that network (BYOL, table 5a, tau 1)',
  target: FROZEN,
  presets: changed(byol.presets, { target: FROZEN }),
}

export const byolHardCopy: Nameless = {
  ...byol,
  title: 'BYOL with tau 0 and a fast predictor',
  idea: 'the target is the last step’s network; a predictor ten times as fast keeps it from collapse (BYOL, table 21)',
  predictor: predictor(4096, { learningRate: 10 }),
  target: HARD_COPY,
  presets: changed(byol.presets, { target: HARD_COPY }),
}

export const byolNegatives: Nameless = {
  ...byol,
  title: 'BYOL with negatives',
  idea: 'BYOL’s loss and beta times a contrast: beta 0 is BYOL, beta 1 without predictor and with itself as target SimCLR',
  loss: loss.regressionWithNegatives({ beta: 1, temperature: 0.3 }),
}

export const simsiam: Nameless = {
  title: 'Simple Siamese networks',
  paper: 'arXiv 2011.10566',
  year: 2020,
  idea: 'BYOL without a moving target: its own answer, taken as given',
  views: views.MOCO_VIEWS,
  extract: extract.pooled,
  projector: mlp(2048, 2048, { layers: 3, ...BN_OUT }),
  predictor: predictor(512, { outputBias: true, schedule: 'constant' }),
  similarity: similarity.cosine,
  loss: loss.regression({ weight: 0.5 }),
  target: STOP_GRADIENT,
  presets: {
    imagenet: imagenet('the paper, section 3: 68.1 %', 512, 100, sgd(0.05, 1e-4), { warmup: 0 }),
    cifar: cifar('solo-learn: 90.51 %', sgd(0.5, 1e-5), SMALL_CROPS),
    small: small({ projector: { hidden: 512, outputs: 512 }, predictor: { hidden: 128 } }),
  },
}
