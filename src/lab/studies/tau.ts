import type { TargetSpec } from '../../learn/settings-schema.js'
import { above, collapsed, notCollapsed, type Row, type Study } from '../study.js'
import { BYOL_PAPER, GREY, IMAGENET_LINEAR } from './bases.js'

const follow = (tau: number, schedule: 'cosine' | 'constant' = 'cosine') => ({
  target: { tau, schedule } satisfies Partial<TargetSpec>,
})

const rows: Row[] = [
  { name: 'tau 1 (frozen)', change: follow(1, 'constant'), published: [18.8] },
  { name: 'tau 0.999', change: follow(0.999), published: [69.8] },
  { name: 'tau 0.99', change: follow(0.99), published: [72.5] },
  { name: 'tau 0.96', change: follow(0.96) },
  { name: 'tau 0.9', change: follow(0.9), published: [68.4] },
  { name: 'tau 0.5', change: follow(0.5) },
  { name: 'tau 0 (a copy)', change: follow(0, 'constant'), published: [0.3] },
]

export const tau: Study = {
  name: 'tau',
  title: 'how slowly should the target move?',
  question:
    'Between a target that never moves and one that is the network itself lies a best pace: both ends are bad, and at 0 it collapses.',
  base: GREY,
  rows,
  published: [{ title: 'ImageNet', source: `${BYOL_PAPER}, table 5a; ${IMAGENET_LINEAR}` }],
  claims: [
    {
      says: 'The frozen end is bad: tau 0.9 is above tau 1 in nearest neighbours',
      ...above('tau 0.9', 'tau 1 (frozen)', 0, 'knn'),
      otherwise: 'In so few steps the frozen target is not yet used up.',
    },
    {
      says: 'A target that hardly moves in the whole run is worse than one that does: tau 0.9 above 0.999 in nearest neighbours',
      ...above('tau 0.9', 'tau 0.999', 0, 'knn'),
      otherwise: 'In so few steps the frozen target is not yet used up.',
    },
    {
      says: 'At tau 0 it collapses',
      ...collapsed('tau 0 (a copy)'),
      otherwise:
        'A predictor at the usual rate is quick enough here to do without a moving target, as SimSiam’s is on ImageNet; `predictor-speed` has slower ones.',
    },
    {
      says: 'Anywhere between it does not',
      ...notCollapsed('tau 0.999', 'tau 0.99', 'tau 0.96', 'tau 0.9'),
    },
    {
      says: 'The moving end is bad: tau 0.9 is above tau 0',
      ...above('tau 0.9', 'tau 0 (a copy)'),
      otherwise:
        'A linear probe reads an almost random encoder nearly as well when the vectors have just collapsed; the cosines tell it first.',
    },
  ],
  notes: [
    "The paper's runs take 94,000 steps, ours 1,400: a target remembers about 1 / (1 - tau) steps, so our 0.9 is nearer to their 0.999 as a share of the run. 0.96 and 0.5 were not published.",
    'At tau 0 the paper has two figures: 0.3 in table 5a, 5.5 in tables 19 and 21.',
  ],
  // a target is worth following only once the network has passed it
  spending: { full: { pictures: 60_000, epochs: 3, seeds: 2 } },
}
