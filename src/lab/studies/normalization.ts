import type { Overrides } from '../../learn/settings.js'
import type { NormName } from '../../nn/index.js'
import { above, type Base, collapsed, notCollapsed, type Row, type Study } from '../study.js'
import { GREY } from './bases.js'

/** STL-10 and a ResNet-18 for ten epochs, MoCo's views aside. */
const BLOG: Base['paper'] = {
  preset: 'cifar',
  data: 'stl10',
  change: {
    size: 96,
    epochs: 10,
    warmup: 0,
    optimizer: { name: 'sgd', momentum: 0.9, weightDecay: 1e-4, nesterov: false },
    learningRate: 0.8,
    projector: { hidden: 512, outputs: 128 },
  },
}

const norms = (projector: NormName, predictor: NormName): Overrides => ({
  projector: { norm: projector },
  predictor: { norm: predictor },
})
const everywhere = (norm: NormName): Overrides => ({ ...norms(norm, norm), encoder: { norm } })
const LARS: Overrides = {
  optimizer: { name: 'lars', momentum: 0.9, weightDecay: 1e-6, trust: 1e-3 },
  learningRate: 4,
}
const ADAMW: Overrides = {
  optimizer: { name: 'adamw', betas: [0.9, 0.999], weightDecay: 1e-4 },
  learningRate: 2e-3,
}

/** All runs that collapsed, of the same picture and of others. */
const COLLAPSED = '0.9999 / 0.9999'

/** The blog's accuracy and cosines (same picture / others), then ImageNet. */
const HEADS: readonly [string, Overrides, number, string | null, number | null][] = [
  ['projector BN, predictor BN (BYOL)', norms('batch', 'batch'), 57.7, '0.88 / 0.27', 74.3],
  ['projector BN only', norms('batch', 'none'), 55.3, null, null],
  ['predictor BN only', norms('none', 'batch'), 48, null, null],
  ['none in the heads', norms('none', 'none'), 28.3, COLLAPSED, 72.1],
  ['LN in both heads', norms('layer', 'layer'), 29.4, COLLAPSED, null],
]

const heads: Row[] = HEADS.map(([name, change, ...published]) => ({ name, change, published }))

const encoders: Row[] = [
  ['BN in the heads only', { encoder: { norm: 'none' } }, null],
  ['LN in the encoder, BN in the heads', { encoder: { norm: 'layer' } }, null],
  ['LN everywhere', everywhere('layer'), null],
  ['no norm anywhere', everywhere('none'), 0.1],
].map(([name, change, paper]) => ({
  name: name as string,
  change: change as Overrides,
  published: [null, null, paper as number | null],
}))

const withOptimizer = (title: string, optimizer: Overrides, paper: Overrides = {}): Row[] =>
  [HEADS[0], HEADS[3], HEADS[4]].map((row) => {
    const [name, change] = row as (typeof HEADS)[number]
    return { name: `${title}: ${name}`, change: { ...change, ...optimizer }, paper }
  })

export const normalization: Study = {
  name: 'normalization',
  title: 'is batch norm what keeps BYOL alive?',
  question:
    'With plain SGD, BYOL without batch norm in its heads collapses, and layer norm does not help; batch norm in one of the two heads is enough. A contrast needs none.',
  base: { ...GREY, paper: BLOG },
  rows: [
    { name: 'the random network itself', untrained: true, published: [28.8] },
    {
      name: 'SimCLR, none in the heads',
      method: 'simclr',
      change: { projector: { norm: 'none', outputNorm: 'none' } },
      published: [44.1],
    },
    ...heads,
    ...encoders,
    ...withOptimizer('LARS', LARS, { learningRate: 0.2 }),
    ...withOptimizer('AdamW', ADAMW),
  ],
  published: [
    {
      title: 'STL-10 blog',
      source:
        'untitled-ai, "Understanding self-supervised and contrastive learning with BYOL": ResNet-18 with batch norm, SGD, 10 epochs, linear',
    },
    { title: 'its cosines', source: 'of the same picture / of others, there' },
    {
      title: 'ImageNet',
      source:
        'Richemond et al., arXiv 2010.10241, ResNet-50, 300 epochs (BYOL 1,000), as far as it is told by its abstract and reviews; the full grid could not be had',
    },
  ],
  claims: [
    {
      says: 'Without a norm in the heads, or with layer norm, it collapses with SGD',
      ...collapsed('none in the heads', 'LN in both heads'),
    },
    {
      says: 'With batch norm in the projector alone, or the predictor alone, it does not',
      ...notCollapsed('projector BN only', 'predictor BN only', 'projector BN, predictor BN (BYOL)'),
    },
    {
      says: 'Projector alone is above none in nearest neighbours',
      ...above('projector BN only', 'none in the heads', 0, 'knn'),
    },
    {
      says: 'Predictor alone is above none in nearest neighbours',
      ...above('predictor BN only', 'none in the heads', 0, 'knn'),
      otherwise:
        'It is the slowest to leave the crowd: its vectors have spread again only late in the run (see the cosines), too late for the encoder to learn much.',
    },
    {
      says: 'A contrast without norms in its head learns: SimCLR is above the random network',
      ...above('SimCLR, none in the heads', 'the random network itself'),
    },
    { says: 'Without any norm anywhere it collapses', ...collapsed('no norm anywhere') },
    {
      says: 'The optimiser decides as well: without norms in the heads, LARS does not collapse',
      ...notCollapsed('LARS: none in the heads'),
      otherwise: 'The blog escaped with rate 0.2 and not with 0.1: it is a matter of the rate.',
    },
  ],
  notes: [
    'On ImageNet 72.1 stands for batch norm in the encoder alone, with LARS: the same heads that collapse with SGD.',
    'Accuracy is a late sign: a collapsed head leaves the encoder about as good as it began. The cosine of different pictures is the early one; in the blog it is 0.9999 for collapsed runs, and 0.88 for the same picture against 0.27 for others with BYOL.',
  ],
  spending: { full: { pictures: 60_000, seeds: 2 } },
}
