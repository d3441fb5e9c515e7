import { ema, ITSELF } from '../../learn/target.js'
import { above, type Row, type Study } from '../study.js'
import { BYOL_PAPER, GREY } from './bases.js'

const row = (tau: number, published: [number | null, number | null]): Row => ({
  name: `a moving target, tau ${tau}`,
  change: { target: ema(tau) },
  published,
})

const BEHIND =
  'A target that follows is behind, which costs most in the first few hundred steps; published gains are after 100 epochs and more.'

export const emaSimclr: Study = {
  name: 'ema-simclr',
  title: 'does a moving target help SimCLR?',
  question:
    'Comparing against a slowly moving copy of itself, rather than itself, steadies and lifts SimCLR.',
  base: { ...GREY, method: 'simclr' },
  rows: [
    { name: 'itself (SimCLR)', change: { target: ITSELF }, published: [69.4, 74.3] },
    row(0.9, [null, 75.6]),
    row(0.96, [null, null]),
    row(0.99, [70.7, 76.5]),
    row(0.999, [null, 75.0]),
  ],
  published: [
    {
      title: 'BYOL’s table',
      source: `${BYOL_PAPER}, table 5b, beta 1 without predictor; ImageNet, ResNet-50, 300 epochs`,
    },
    {
      title: 'MoCo v3',
      source: 'arXiv 2104.02057, ViT-B, 300 epochs, with a predictor (without: 75.5 at 0.99)',
    },
  ],
  claims: [
    {
      says: 'It lifts: tau 0.9 is above none',
      ...above('a moving target, tau 0.9', 'itself (SimCLR)'),
      otherwise: BEHIND,
    },
    {
      says: 'The same in nearest neighbours',
      ...above('a moving target, tau 0.9', 'itself (SimCLR)', 0, 'knn'),
      otherwise: BEHIND,
    },
    {
      says: 'Too slow a target is worse again: tau 0.999 is below 0.9',
      ...above('a moving target, tau 0.9', 'a moving target, tau 0.999'),
    },
  ],
  notes: [
    'UniGrad found the same with the head held fixed: 67.6 without, 70.0 with (ImageNet, ResNet-50, 100 epochs).',
  ],
}
