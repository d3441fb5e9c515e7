/** Weights of other libraries, and what makes them fit. */
export { type Adapted, adaptInto } from './adapt.js'
export { few } from './few.js'
export { type Translated, translateWeights } from './translate.js'
