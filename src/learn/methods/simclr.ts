/** SimCLR and its kin: the other view is found among those of other pictures in the batch. */
import * as views from '../augment/views.js'
import * as extract from '../extract/index.js'
import { mlp, predictor } from '../head.js'
import * as loss from '../loss/index.js'
import type { Nameless } from '../method.js'
import { BYOL_JITTER, cifar, imagenet, lars, NO_BLUR, sgd, small } from '../presets.js'
import * as similarity from '../similarity/index.js'
import { ema, ITSELF, STOP_GRADIENT } from '../target.js'

/** SimCLR's on CIFAR-10: colour strength 0.5 and no blur. */
const SIMCLR_CIFAR = {
  batch: 512,
  loss: { temperature: 0.5 },
  ...{ views: { jitter: 0.5, ...NO_BLUR.views } },
}

const SIMCLR_SMALL = { loss: { temperature: 0.3 }, views: { jitter: 0.5 } }

export const simclr: Nameless = {
  title: 'SimCLR',
  paper: 'arXiv 2002.05709',
  year: 2020,
  idea: 'finds a picture’s other view among all views of the batch',
  views: views.SIMCLR_VIEWS,
  extract: extract.pooled,
  projector: mlp(2048, 128, { outputNorm: 'batch' }),
  predictor: null,
  similarity: similarity.cosine,
  loss: loss.infoNce({ temperature: 0.1 }),
  target: ITSELF,
  presets: {
    imagenet: imagenet('google-research/simclr: 69.3 %', 4096, 1000, lars(0.3, 1e-6)),
    cifar: cifar('the paper, appendix B.9: about 91 %', lars(1, 1e-4), SIMCLR_CIFAR),
    small: small(SIMCLR_SMALL),
  },
}

export const simclrV2: Nameless = {
  ...simclr,
  title: 'SimCLR v2',
  paper: 'arXiv 2006.10029',
  idea: 'SimCLR with a deeper head, judged and fine-tuned from its middle; without the memory, worth 1 % there',
  projector: mlp(2048, 128, { layers: 3, outputNorm: 'batch' }),
  readout: { layers: 1 },
  presets: {
    imagenet: imagenet('google-research/simclr: 71.7 %', 4096, 800, lars(0.4, 1e-4)),
    cifar: cifar('none published: SimCLR’s', lars(1, 1e-4), SIMCLR_CIFAR),
    small: small(SIMCLR_SMALL),
  },
}

export const simclrEma: Nameless = {
  ...simclr,
  title: 'SimCLR with a moving target',
  paper: 'arXiv 2006.07733',
  idea: 'SimCLR against a slowly moving copy of itself: 70.7 against 69.4 % in BYOL’s table 5b',
  target: ema(0.99),
  presets: { ...simclr.presets, small: small(({ tau }) => ({ ...SIMCLR_SMALL, target: ema(tau) })) },
}

export const supcon: Nameless = {
  ...simclr,
  title: 'Supervised contrastive learning',
  paper: 'arXiv 2004.11362',
  idea: 'SimCLR with all pictures of a class as positives; the one method that needs labels',
  loss: loss.supervisedContrast({ temperature: 0.1 }),
  presets: {
    imagenet: imagenet('temperature and batch of the paper, the rest SimCLR’s', 6144, 700, lars(0.3, 1e-6)),
    cifar: cifar('solo-learn: 93.82 %', sgd(0.4, 1e-5), {
      loss: { temperature: 0.2 },
      projector: { outputs: 256 },
      ...NO_BLUR,
    }),
    small: small(SIMCLR_SMALL),
  },
}

export const nnclr: Nameless = {
  title: 'Nearest-neighbour contrast',
  paper: 'arXiv 2104.14548',
  year: 2021,
  idea: 'the positive is the nearest earlier picture, not only another view',
  views: views.SIMCLR_VIEWS,
  extract: extract.pooled,
  projector: mlp(2048, 256, { layers: 3, outputNorm: 'batch' }),
  predictor: predictor(4096, { outputBias: true }),
  similarity: similarity.cosine,
  loss: loss.nearestContrast({ temperature: 0.1, queue: 98304 }),
  target: STOP_GRADIENT,
  presets: {
    imagenet: imagenet('the paper, section 4: 75.6 %', 4096, 1000, lars(0.3, 1e-6)),
    cifar: cifar('solo-learn: 91.88 %', lars(0.4, 1e-5), {
      loss: { temperature: 0.2, queue: 65536 },
      views: { jitter: BYOL_JITTER, ...NO_BLUR.views },
    }),
    small: small(({ queue }) => ({ loss: { temperature: 0.2, queue }, views: { jitter: 0.5 } })),
  },
}
