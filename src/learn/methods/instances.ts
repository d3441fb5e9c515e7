/** Every picture is a class of its own, and no two views are compared. */
import * as views from '../augment/views.js'
import * as extract from '../extract/index.js'
import { NO_HEAD } from '../head.js'
import * as loss from '../loss/index.js'
import type { Nameless } from '../method.js'
import { adamw, changed, cifar, imagenet, type Scale, small } from '../presets.js'
import * as similarity from '../similarity/index.js'
import { ITSELF } from '../target.js'

/** With AdamW as many take 2 GB at 2,048 features. */
const MOST_CLASSES = 65_536
/** The rate’s cosine ends at a thousandth. */
const TO_A_THOUSANDTH = { finalLearningRate: 1e-3 }

/** Twice the passes of methods that see two views in each. */
const SMALL = ({ epochs }: Scale) => ({ epochs: 2 * epochs, ...adamw(2e-3, 0.05), projector: NO_HEAD })

export const diet: Nameless = {
  title: 'Datum index as target',
  paper: 'arXiv 2302.10260',
  year: 2023,
  idea: 'tells every picture from all others, as classes of their own: no projector, no pairs, no target',
  views: views.DIET_VIEWS,
  extract: extract.features,
  projector: NO_HEAD,
  predictor: null,
  similarity: similarity.dot,
  loss: loss.instanceClasses({ classes: MOST_CLASSES, smoothing: 0.8 }),
  target: ITSELF,
  presets: changed(
    {
      imagenet: imagenet(
        'the paper’s for ImageNet-100, its batch not known',
        256,
        7000,
        adamw(1e-3, 0.05),
        TO_A_THOUSANDTH,
      ),
      cifar: cifar('the paper, CIFAR-100 with a ResNet-101: 71.4 %', adamw(1e-3, 0.05), {
        epochs: 4000,
        ...TO_A_THOUSANDTH,
      }),
      small: { ...small(SMALL), source: 'the paper’s, scaled as other methods’ are; not measured' },
    },
    ({ pictures }) => ({ loss: { classes: Math.min(pictures, MOST_CLASSES) } }),
  ),
}
