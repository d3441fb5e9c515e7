import { ITSELF, STOP_GRADIENT } from '../../learn/target.js'
import { above, collapsed, notCollapsed, type Row, type Study } from '../study.js'
import { BYOL_PAPER, GREY, IMAGENET_LINEAR } from './bases.js'

/** Without negatives a network that answers itself takes its answer as given, or the loss is 0 at once. */
const row = (predictor: boolean, target: boolean, beta: 0 | 1, published: number): Row => ({
  name: `${predictor ? 'predictor' : 'no predictor'}, ${target ? 'target' : 'no target'}, ${beta ? 'negatives' : 'no negatives'}`,
  change: {
    loss: { beta, temperature: 0.1 },
    ...(!predictor && { predictor: null }),
    ...(!target && { target: beta ? ITSELF : STOP_GRADIENT }),
  },
  published: [published],
})

export const predictor: Study = {
  name: 'predictor',
  title: 'which part keeps BYOL from collapsing?',
  question:
    'Between BYOL and SimCLR lie three switches: the predictor, the moving target and the negatives. Without negatives it needs both others, with them neither.',
  base: { ...GREY, method: 'byol-negatives' },
  rows: [
    row(true, true, 0, 72.5),
    row(true, true, 1, 70.9),
    row(false, true, 1, 70.7),
    row(false, false, 1, 69.4),
    row(true, false, 1, 69.1),
    row(true, false, 0, 0.3),
    row(false, true, 0, 0.2),
    row(false, false, 0, 0.1),
  ],
  published: [{ title: 'ImageNet', source: `${BYOL_PAPER}, table 5b; ${IMAGENET_LINEAR}` }],
  claims: [
    {
      says: 'Without the predictor it collapses, also with a moving target',
      ...collapsed('no predictor, target, no negatives', 'no predictor, no target, no negatives'),
    },
    {
      says: 'Without the target it collapses, also with a predictor',
      ...collapsed('predictor, no target, no negatives'),
      otherwise:
        "SimSiam lives on just this row with a predictor that learns fast enough; on small pictures the same rate goes further. See the study 'predictor-speed'.",
    },
    {
      says: 'With negatives nothing collapses',
      ...notCollapsed(
        'predictor, target, negatives',
        'no predictor, target, negatives',
        'no predictor, no target, negatives',
        'predictor, no target, negatives',
      ),
    },
    {
      says: 'With negatives a moving target helps: above none, without a predictor',
      ...above('no predictor, target, negatives', 'no predictor, no target, negatives'),
      otherwise: 'A target that follows is behind, which costs most in the first few hundred steps.',
    },
    {
      says: 'BYOL is above SimCLR',
      ...above('predictor, target, no negatives', 'no predictor, no target, negatives'),
      otherwise:
        'Others saw SimCLR ahead at first too: on CIFAR-10 it is ahead at epoch 10 (56.5 against 48.9) and behind at epoch 30 (EMP-SSL).',
    },
  ],
  notes: [
    'The row with a predictor and nothing else takes its own answer as given here, and 0.3 is of table 5b. Table 19 of the paper tells the two ways apart: 0.3 where the gradient flows through the target, 5.5 where it is stopped, as here. Its table 5a, which has 0.3 for a stopped gradient, differs from that.',
    "One article calls 70.7 the result of 'removing the predictor': that row still has negatives; without them it is 0.2.",
  ],
}
