/** The studies by name, in the order of the argument. */
import type { Study } from '../study.js'
import { augmentations } from './augmentations.js'
import { batchSize } from './batch-size.js'
import { batchStatistics } from './batch-statistics.js'
import { emaSimclr } from './ema-simclr.js'
import { fiveSteps } from './five-steps.js'
import { negatives } from './negatives.js'
import { normalization } from './normalization.js'
import { predictor } from './predictor.js'
import { predictorSpeed } from './predictor-speed.js'
import { projector } from './projector.js'
import { randomTarget } from './random-target.js'
import { tau } from './tau.js'

const all: readonly Study[] = [
  randomTarget,
  tau,
  predictor,
  predictorSpeed,
  negatives,
  emaSimclr,
  batchSize,
  augmentations,
  normalization,
  batchStatistics,
  fiveSteps,
  projector,
]

export const STUDIES: Readonly<Record<string, Study>> = Object.fromEntries(
  all.map((study) => [study.name, study]),
)
