import type { Overrides } from '../../learn/settings.js'
import type { NormName } from '../../nn/index.js'
import { above, collapsed, level, notCollapsed, type Row, type Study } from '../study.js'
import { GREY } from './bases.js'

const everywhere = (norm: NormName): Overrides => ({
  encoder: { norm },
  projector: { norm },
  predictor: { norm },
})

const byol = (name: string, norm: NormName, published: number | null): Row => ({
  name: `BYOL, ${name}`,
  change: { ...everywhere(norm), ...SLOW },
  published: [published],
})

const LARS: Overrides = {
  optimizer: { name: 'lars', momentum: 0.9, weightDecay: 1e-4, trust: 1e-3 },
  learningRate: 4,
}
const SLOW: Overrides = { target: { tau: 0.99 } }

export const batchStatistics: Study = {
  name: 'batch-statistics',
  title: 'is batch norm a hidden negative, or only a good start?',
  question:
    'If batch norm worked by comparing a picture with its batch, nothing that looks at one picture alone could replace it. Group norm with standardised weights does, and even an affine layer that is set once from the first batch goes a long way: it is a good start that is needed.',
  base: { ...GREY, change: LARS },
  rows: [
    { name: 'the random network itself', untrained: true },
    byol('batch norm', 'batch', 74.3),
    byol('no norm', 'none', 0.1),
    byol('set once from the first batch', 'data', 65.7),
    byol('group norm, standardised weights', 'group', 73.9),
    byol('layer norm', 'layer', null),
    {
      name: 'SimCLR, batch norm',
      method: 'simclr',
      published: [null],
    },
    {
      name: 'SimCLR, no norm',
      method: 'simclr',
      change: {
        encoder: { norm: 'none' },
        projector: { norm: 'none', outputNorm: 'none' },
      },
      published: ['learns'],
    },
  ],
  published: [
    {
      title: 'ImageNet',
      source:
        'Richemond et al., arXiv 2010.10241, ResNet-50: 1,000 epochs for batch norm and group norm, 300 for no norm; what is not in its abstract or reviews is marked –',
    },
  ],
  claims: [
    { says: 'Without any norm BYOL collapses', ...collapsed('BYOL, no norm') },
    {
      says: 'Group norm with standardised weights, which never looks at the batch, does not collapse',
      ...notCollapsed('BYOL, group norm, standardised weights'),
    },
    {
      says: 'and is within 2 points of batch norm',
      ...level('BYOL, group norm, standardised weights', 'BYOL, batch norm', 2),
    },
    {
      says: 'A start from the first batch alone does not collapse',
      ...notCollapsed('BYOL, set once from the first batch'),
    },
    {
      says: 'and is above no norm at all',
      ...above('BYOL, set once from the first batch', 'BYOL, no norm'),
    },
    { says: 'SimCLR without any norm does not collapse', ...notCollapsed('SimCLR, no norm') },
  ],
  notes: [
    'With LARS, as there, a slow target and a weight decay of 1e-4. That is part of the finding: with a decay of 1e-6 and tau 0.96 group norm with standardised weights collapsed here within fifty steps, as it did with SGD and AdamW; the blog tells the same of it (decay 1e-5 escapes, others never).',
  ],
}
