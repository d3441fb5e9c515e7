import { HARD_COPY } from '../../learn/target.js'
import { above, collapsed, level, notCollapsed, type Row, type Study } from '../study.js'
import { BYOL_PAPER, GREY, IMAGENET_LINEAR } from './bases.js'

const rate = (learningRate: number, published: number): Row => ({
  name: `tau 0, predictor ${learningRate} times as fast`,
  change: { target: HARD_COPY, predictor: { learningRate } },
  published: [published],
})

const updates = (count: number): Row => ({
  name: `tau 0, predictor updated ${count} times a step`,
  change: { target: HARD_COPY, predictor: { updates: count } },
})

export const predictorSpeed: Study = {
  name: 'predictor-speed',
  title: 'is the moving average needed, or only a good predictor?',
  question:
    'If the predictor is near its best at every step, the target may be the network itself: with a faster predictor, or one that is updated oftener, tau 0 no longer collapses.',
  base: GREY,
  rows: [
    { name: 'the random network itself', untrained: true, published: [1.4] },
    { name: 'moving target (BYOL)', published: [72.5] },
    rate(0, 0.01),
    rate(1, 5.5),
    rate(2, 62.8),
    rate(10, 66.6),
    rate(20, 66.3),
    updates(2),
    updates(4),
  ],
  published: [{ title: 'ImageNet', source: `${BYOL_PAPER}, table 21; ${IMAGENET_LINEAR}` }],
  claims: [
    {
      says: 'A predictor that does not learn leads to collapse',
      ...collapsed('tau 0, predictor 0 times as fast'),
      otherwise:
        'A fixed random predictor is slow to give way: the vectors crowd together all through the run and have not yet met at its end.',
    },
    {
      says: 'and to less than the random network knows',
      ...above('the random network itself', 'tau 0, predictor 0 times as fast'),
    },
    {
      says: 'A predictor ten times as fast does without the moving average',
      ...notCollapsed('tau 0, predictor 10 times as fast'),
    },
    {
      says: 'It is above the predictor at the usual rate',
      ...above('tau 0, predictor 10 times as fast', 'tau 0, predictor 1 times as fast'),
      otherwise: 'At this scale the usual rate is fast enough already.',
    },
    {
      says: 'More updates do the same: four a step are above one',
      ...above('tau 0, predictor updated 4 times a step', 'tau 0, predictor 1 times as fast'),
      otherwise: 'At this scale the usual rate is fast enough already.',
    },
    {
      says: 'It comes within 2 points of the moving average (on ImageNet 5.9 are missing)',
      ...level('tau 0, predictor 10 times as fast', 'moving target (BYOL)', 2),
    },
  ],
  notes: ['Several updates a step were not published as a table; the article tells of them in words.'],
}
