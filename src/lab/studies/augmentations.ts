import type { View } from '../../learn/settings-schema.js'
import { above, fallsFurther, type Row, type Study } from '../study.js'
import { BYOL_PAPER, COLOUR, IMAGENET_LINEAR } from './bases.js'

const noJitter = (view: View): View => ({ ...view, jitter: { ...view.jitter, probability: 0 } })
const noGrey = (view: View): View => ({ ...view, grayscale: 0 })
const noBlur = (view: View): View => ({ ...view, blur: { ...view.blur, probability: 0 } })
const noFlip = (view: View): View => ({ ...view, flip: 0 })
const noSolarize = (view: View): View => ({ ...view, solarize: { ...view.solarize, probability: 0 } })
const noColour = (view: View): View => noGrey(noJitter(view))
const cropOnly = (view: View): View => noSolarize(noFlip(noBlur(noColour(view))))

/** Each change with BYOL's and SimCLR's published figures. */
const CHANGES: readonly [string, ((view: View) => View) | undefined, number, number][] = [
  ['all augmentations', undefined, 72.5, 67.9],
  ['no flip', noFlip, 71.9, 67.3],
  ['no blur', noBlur, 71.2, 65.2],
  ['no grayscale', noGrey, 70.3, 61.9],
  ['no jitter', noJitter, 71.8, 63.7],
  ['no colour (neither)', noColour, 63.4, 45.7],
  ['crop and blur', (view) => ({ ...cropOnly(view), blur: view.blur }), 61.1, 41.7],
  [
    'crop and colour',
    (view) => ({ ...cropOnly(view), jitter: view.jitter, grayscale: view.grayscale }),
    70.7,
    64.2,
  ],
  ['crop only', cropOnly, 59.4, 40.3],
]

const rows = (title: string, method: string, column: 2 | 3): Row[] =>
  CHANGES.map((change) => ({
    name: `${title}, ${change[0]}`,
    method,
    ...(change[1] && { views: change[1] }),
    published: [change[column]],
  }))

export const augmentations: Study = {
  name: 'augmentations',
  title: 'what do the augmentations do, and what is colour’s part?',
  question:
    'Taking augmentations away costs SimCLR more than BYOL. The explanation of the paper: crops of one picture share their colour histogram, which is enough to tell it from the negatives, so without colour changes SimCLR learns little else, while BYOL has no reason to stop there.',
  base: COLOUR,
  rows: [
    { name: 'the random network itself', untrained: true },
    ...rows('BYOL', 'byol', 2),
    ...rows('SimCLR', 'simclr', 3),
  ],
  published: [{ title: 'ImageNet', source: `${BYOL_PAPER}, table 17; ${IMAGENET_LINEAR}` }],
  claims: [
    {
      says: 'Crops alone cost SimCLR more than BYOL',
      ...fallsFurther(
        ['SimCLR, all augmentations', 'SimCLR, crop only'],
        ['BYOL, all augmentations', 'BYOL, crop only'],
      ),
    },
    {
      says: 'The same in nearest neighbours',
      ...fallsFurther(
        ['SimCLR, all augmentations', 'SimCLR, crop only'],
        ['BYOL, all augmentations', 'BYOL, crop only'],
        'knn',
      ),
    },
    {
      says: 'Views without colour changes cost SimCLR more than BYOL',
      ...fallsFurther(
        ['SimCLR, all augmentations', 'SimCLR, no colour (neither)'],
        ['BYOL, all augmentations', 'BYOL, no colour (neither)'],
      ),
    },
    {
      says: 'Without colour changes more of the colour histogram can be read off SimCLR’s features',
      ...above('SimCLR, no colour (neither)', 'SimCLR, all augmentations', 0, 'colour'),
    },
    {
      says: 'and that rises more for SimCLR than for BYOL',
      ...fallsFurther(
        ['BYOL, all augmentations', 'BYOL, no colour (neither)'],
        ['SimCLR, all augmentations', 'SimCLR, no colour (neither)'],
        'colour',
      ),
      otherwise:
        'BYOL’s features hold nearly all of the histogram here with any views: a network that was hardly trained keeps what its random start lets through.',
    },
  ],
  notes: [
    '*Colour read off*: the share of the variance of the pictures’ 64-colour histograms that ridge regression reads off the frozen features, on test pictures. No such figure is published.',
    'At this size no table of this kind was published before, as far as we know.',
  ],
  // many rows tell the spread together
  spending: { full: { seeds: 2 } },
}
