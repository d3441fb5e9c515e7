/** The methods: each is data. A new one is a new object here, or in a file of your own. */
import { suggestion, UsageError } from '../errors.js'
import { BYOL_VIEWS } from './augment/byol.js'
import { regression } from './loss/regression.js'
import type { Method } from './method.js'
import type { Preset } from './presets.js'
import { cosine } from './similarity/cosine.js'

/** Grill et al. 2020, and DeepMind's released code where the two differ. */
const byol: Method = {
  name: 'byol',
  title: 'Bootstrap Your Own Latent',
  paper: 'arXiv 2006.07733',
  year: 2020,
  views: BYOL_VIEWS,
  extract: 'pooled',
  projector: { hidden: 4096, outputs: 256, norm: 'batch' },
  predictor: { hidden: 4096, norm: 'batch' },
  similarity: cosine,
  loss: regression,
  target: { tau: 0.996, schedule: 'cosine' },
  presets: { imagenet: byolImagenet(), cifar: byolCifar(), small: byolSmall() },
}

function byolImagenet(): Preset {
  return {
    source: 'BYOL, 300 epochs: arXiv 2006.07733, appendix J, and deepmind-research/byol',
    recipe: () => ({
      encoder: 'resnet50',
      size: 224,
      batch: 4096,
      epochs: 300,
      warmup: 10,
      optimizer: { name: 'lars', momentum: 0.9, weightDecay: 1e-6, trust: 1e-3 },
      learningRate: 0.3,
      target: { tau: 0.99, schedule: 'cosine' },
      evalShare: 224 / 256,
    }),
  }
}

function byolCifar(): Preset {
  return {
    source:
      'solo-learn, CIFAR-10 (92.58 % after 1,000 epochs); its LARS clips and has eta 0.02, ours is DeepMind’s rule',
    recipe: () => ({
      encoder: 'resnet18',
      size: 32,
      batch: 256,
      epochs: 1000,
      warmup: 10,
      optimizer: { name: 'lars', momentum: 0.9, weightDecay: 1e-5, trust: 0.02 },
      learningRate: 1,
      target: { tau: 0.99, schedule: 'cosine' },
      evalShare: 1,
      views: { blur: 0 },
    }),
  }
}

function byolSmall(): Preset {
  return {
    source: 'our own measurements on Fashion-MNIST, two CPU cores: docs/recipes.md',
    recipe: ({ nativeSize }) => ({
      encoder: 'small',
      size: nativeSize <= 32 ? nativeSize : 64,
      batch: 256,
      epochs: 12,
      warmup: 1,
      optimizer: { name: 'sgd', momentum: 0.9, weightDecay: 1e-4, nesterov: true },
      learningRate: 0.2,
      target: { tau: 0.99, schedule: 'cosine' },
      evalShare: 1,
      views: { area: 0.4, blur: 0 },
      projector: { hidden: 1024, outputs: 256 },
      predictor: { hidden: 1024 },
    }),
  }
}

export const METHODS: Readonly<Record<string, Method>> = { byol }

/** @throws UsageError with the nearest right name */
export function findMethod(name: string): Method {
  const method = METHODS[name]
  if (!method) throw new UsageError(`there is no method '${name}': ${suggestion(name, Object.keys(METHODS))}`)
  return method
}
