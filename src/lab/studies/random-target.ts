import { above, type Study } from '../study.js'
import { BYOL_PAPER, GREY, IMAGENET_LINEAR } from './bases.js'

/** The experiment that BYOL began with. */
export const randomTarget: Study = {
  name: 'random-target',
  title: 'is predicting a random network worth anything?',
  question:
    'A network that predicts what a frozen random network says of another view learns far more than the random network itself knows; letting the target follow makes it better still.',
  base: GREY,
  rows: [
    { name: 'the random network itself', untrained: true, published: [1.4] },
    {
      name: 'predicts a frozen random network',
      change: { target: { tau: 1, schedule: 'constant' } },
      published: [18.8],
    },
    { name: 'predicts its own moving average (BYOL)', published: [72.5] },
  ],
  published: [{ title: 'ImageNet', source: `${BYOL_PAPER}, table 5a; ${IMAGENET_LINEAR}` }],
  claims: [
    {
      says: 'A frozen random target teaches more than it knows',
      ...above('predicts a frozen random network', 'the random network itself'),
    },
    {
      says: 'The same in nearest neighbours',
      ...above('predicts a frozen random network', 'the random network itself', 0, 'knn'),
    },
    {
      says: 'A moving target teaches more than a frozen one',
      ...above('predicts its own moving average (BYOL)', 'predicts a frozen random network'),
      otherwise:
        'In so few steps the network has barely passed its random target, so there is little better to follow.',
    },
    {
      says: 'The same in nearest neighbours',
      ...above('predicts its own moving average (BYOL)', 'predicts a frozen random network', 0, 'knn'),
      otherwise:
        'In so few steps the network has barely passed its random target, so there is little better to follow.',
    },
  ],
  // a target is worth following only once the network has passed it
  spending: { full: { pictures: 60_000, epochs: 3 } },
}
