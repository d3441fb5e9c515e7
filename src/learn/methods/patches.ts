/** Places are predicted from other places. */
import * as views from '../augment/views.js'
import * as extract from '../extract/index.js'
import { mlp } from '../head.js'
import * as loss from '../loss/index.js'
import type { Nameless } from '../method.js'
import {
  AT_128,
  adam,
  adamw,
  cifar,
  imagenet,
  type OptimizerPreset,
  type Recipe,
  type Scale,
  small,
} from '../presets.js'
import * as similarity from '../similarity/index.js'
import { ITSELF } from '../target.js'

/** AMDIM's Adam; its rate is for the batch as it is, ours for one of 256. */
function amdimAdam(rate: number, batch: number): OptimizerPreset {
  return adam((rate * 256) / batch, 1e-5, [0.8, 0.999], 1e-7)
}

/** Every picture is 49, and each of them meets all others: small batches, or a step takes seconds. */
const CPC_SMALL = ({ batch }: Scale): Partial<Recipe> => ({
  batch: Math.min(32, batch),
  projector: { hidden: 64 },
  ...adamw(8e-3, 1e-4),
})

/** 32 px, whole pictures moved by 4 px; batches of 200. */
const YADIM_CIFAR = { batch: 200, epochs: 280 }

const AMDIM_SMALL = { projector: { outputs: 128 }, ...adamw(2e-3, 1e-4) }

export const cpcV2: Nameless = {
  title: 'Contrastive Predictive Coding v2',
  paper: 'arXiv 1905.09272',
  year: 2019,
  idea: 'finds the patch some rows below, from the patches above it',
  views: views.CPC_VIEWS,
  extract: extract.patches,
  projector: mlp(256, 64),
  predictor: null,
  similarity: similarity.dot,
  loss: loss.patchPrediction({ scale: 0.1 }),
  target: ITSELF,
  presets: {
    imagenet: imagenet('lightning-bolts: 54.82 %', 3072, 1000, amdimAdam(4e-5, 3072), {
      ...AT_128,
      encoder: 'cpc',
    }),
    cifar: cifar('lightning-bolts: 84.52 %', amdimAdam(4e-5, 64), { encoder: 'cpc', batch: 64 }),
    small: small(CPC_SMALL),
  },
}

export const amdim: Nameless = {
  title: 'Augmented Multiscale Deep InfoMax',
  paper: 'arXiv 1906.00910',
  year: 2019,
  idea: 'from one place of a feature map, finds the places of the other view’s maps at several depths',
  views: views.AMDIM_VIEWS,
  extract: extract.depths,
  projector: mlp(1280, 1280),
  predictor: null,
  similarity: similarity.scaledDot,
  loss: loss.depthContrast({ comparisons: '01,02,11', penalty: 0.05, clip: 10 }),
  target: ITSELF,
  presets: {
    imagenet: imagenet('lightning-bolts', 200, 150, amdimAdam(2e-4, 200), {
      ...AT_128,
      encoder: 'amdim',
      projector: { outputs: 2560 },
    }),
    cifar: cifar('lightning-bolts', amdimAdam(2e-4, 200), { ...YADIM_CIFAR, encoder: 'amdim' }),
    small: small(AMDIM_SMALL),
  },
}

export const yadim: Nameless = {
  ...amdim,
  title: 'Yet Another Deep InfoMax',
  paper: 'arXiv 2009.00104',
  year: 2020,
  idea: 'AMDIM’s loss on the last map of any encoder, views of AMDIM and CPC; by recollection, its text could not be had',
  views: views.YADIM_VIEWS,
  extract: extract.lastMap,
  loss: loss.depthContrast({ comparisons: '00', penalty: 0.05, clip: 10 }),
  presets: {
    imagenet: imagenet('none known: AMDIM’s', 200, 150, amdimAdam(2e-4, 200), AT_128),
    cifar: cifar('none known: AMDIM’s', amdimAdam(2e-4, 200), YADIM_CIFAR),
    small: small(AMDIM_SMALL),
  },
}
