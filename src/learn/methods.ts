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
      evalSize: 224,
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
      evalSize: 32,
      batch: 256,
      epochs: 1000,
      warmup: 10,
      optimizer: { name: 'lars', momentum: 0.9, weightDecay: 1e-5, trust: 0.02 },
      learningRate: 1,
      target: { tau: 0.99, schedule: 'cosine' },
      evalShare: 1,
      views: { blur: { probability: 0 } },
    }),
  }
}

function byolSmall(): Preset {
  return {
    source: 'our own measurements on Fashion-MNIST, two CPU cores: docs/recipes.md',
    recipe: ({ pictures, nativeSize, channels }) => {
      const evalSize = Math.min(nativeSize, 64)
      return {
        encoder: 'small',
        size: Math.max(16, 4 * Math.round(evalSize * 0.18)),
        evalSize: Math.max(16, evalSize),
        batch: smallBatch(pictures),
        epochs: pictures > 20_000 ? 4 : 40,
        warmup: 0.5,
        optimizer: { name: 'sgd', momentum: 0.9, weightDecay: 1e-4, nesterov: true },
        learningRate: 0.8,
        target: { tau: 0.96, schedule: 'cosine' },
        evalShare: 1,
        views: {
          area: channels === 1 ? 0.3 : 0.2,
          blur: { probability: 0.5, sigma: [0.8, 8], kernel: 0.2 },
          solarize: { probability: 0 },
        },
        projector: { hidden: 512, outputs: 128 },
        predictor: { hidden: 512 },
      }
    },
  }
}

/** At most 128, at least 8, and about eight batches in an epoch of a small set. */
function smallBatch(pictures: number): number {
  return Math.min(128, Math.max(8, 2 ** Math.floor(Math.log2(Math.max(1, pictures / 8)))))
}

export const METHODS: Readonly<Record<string, Method>> = { byol }

/** @throws UsageError with the nearest right name */
export function findMethod(name: string): Method {
  const method = METHODS[name]
  if (!method) throw new UsageError(`there is no method '${name}': ${suggestion(name, Object.keys(METHODS))}`)
  return method
}
