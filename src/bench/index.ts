/** How fast training is, beside a peer and the hardware's limit. */
export { type CompareOptions, compare, type Figures, type Rounds, type Side, SPEEDS } from './compare.js'
export { type Measurement, type MeasureOptions, measureWorkload } from './measure.js'
export { page } from './page.js'
export { PARTS, type Part } from './parts.js'
export { WORKLOADS } from './workloads.js'
