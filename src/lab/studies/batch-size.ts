import type { Overrides } from '../../learn/settings.js'
import { fallsFurther, type Row, type Study } from '../study.js'
import { BYOL_PAPER, GREY, IMAGENET_LINEAR } from './bases.js'

/** Pictures a step, in all rows: only the parts that batch norm and negatives see are smaller. */
const BATCH = 256
/** The paper's batches are this many times ours. */
const RATIO = 16

/** Batch norm stays in the heads only. */
const NO_NORM: Overrides = { encoder: { norm: 'none' } }

function rows(
  title: string,
  own: Pick<Row, 'method' | 'change'>,
  published: readonly (number | null)[],
): Row[] {
  return published.map((figure, halvings) => {
    const parts = 2 ** halvings
    return {
      name: `${title}, ${BATCH / parts} at a time`,
      ...own,
      // without norms every run is a matter of luck
      family: title,
      change: { ...own.change, batch: BATCH, accumulate: parts },
      paper: { batch: BATCH * RATIO, accumulate: parts },
      published: [figure],
    }
  })
}

export const batchSize: Study = {
  name: 'batch-size',
  title: 'how much do small batches cost?',
  question:
    'BYOL loses little down to a sixteenth of the usual batch, SimCLR, which needs many negatives, more; BYOL’s fall below that comes through batch norm in the encoder.',
  base: GREY,
  rows: [
    ...rows('BYOL', {}, [72.5, 72.4, 72.2, 72.2, 71.8, 69.6]),
    ...rows('SimCLR', { method: 'simclr' }, [67.9, 67.8, 67.4, 66.5, 64.3, 63.6]),
    ...rows('BYOL, encoder without norm', { change: NO_NORM }, [null, null, null, null, null, null]),
  ],
  published: [
    {
      title: `ImageNet, at ${RATIO} times as many`,
      source: `${BYOL_PAPER}, table 16, batches of 4,096 to 128; ${IMAGENET_LINEAR}`,
    },
  ],
  claims: [
    {
      says: 'From 256 at a time to 16, SimCLR falls further than BYOL',
      ...fallsFurther(
        ['SimCLR, 256 at a time', 'SimCLR, 16 at a time'],
        ['BYOL, 256 at a time', 'BYOL, 16 at a time'],
      ),
      otherwise:
        'With ten classes and easy negatives a few dozen are enough; others saw no gap on CIFAR-10 between batches of 128 and 512 (lightly: SimCLR 84.7 and 84.8, BYOL 86.9 and 86.8).',
    },
    {
      says: 'BYOL loses less than a point from 256 at a time to 32',
      of: [
        { row: 'BYOL, 256 at a time', weight: 1 },
        { row: 'BYOL, 32 at a time', weight: -1 },
      ],
      to: 1,
      otherwise:
        'Batch norm over 32 pictures is a noisier one, and a short run has less time to average that out.',
    },
    {
      says: 'The last fall comes through the encoder’s batch norm: from 256 to 8 at a time BYOL falls further with it than without',
      ...fallsFurther(
        ['BYOL, 256 at a time', 'BYOL, 8 at a time'],
        ['BYOL, encoder without norm, 256 at a time', 'BYOL, encoder without norm, 8 at a time'],
      ),
      otherwise:
        'At this scale BYOL does not fall at all down to 8 pictures at a time, so there is no fall to be explained.',
    },
  ],
  notes: [
    'As in the paper, all rows take equally many steps of equally many pictures: gradients are averaged over the parts and the target moves once a step. So nothing changes but what batch norm and the negatives see at a time.',
  ],
  // many rows tell the spread together
  spending: { full: { seeds: 2 } },
}
