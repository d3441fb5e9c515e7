/** How fast training is, beside other software and the hardware's limit. */
export { type Accuracy, type AccuracyOptions, measureAccuracy } from './accuracy.js'
export { accuracyHere, accuracyInTurn } from './accuracy-in-turn.js'
export { accuracyPage, leads } from './accuracy-page.js'
export {
  type CompareOptions,
  compare,
  type Figures,
  medianOf,
  type Rounds,
  ratioOf,
  type Side,
  SPEEDS,
} from './compare.js'
export { dump } from './dump.js'
export { type Measurement, type MeasureOptions, measureWorkload } from './measure.js'
export { type BenchOptions, PRECISIONS } from './options.js'
export { page } from './page.js'
export { PARTS, type Part, timeWhole } from './parts.js'
export { speedHere, speedInTurn } from './speed.js'
export { prepare, WORKLOADS, type Workload } from './workloads.js'
