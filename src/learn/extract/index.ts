/** Choice 3, which part is compared. */
export { dense } from './dense.js'
export { depths, lastMap } from './depths.js'
export type { Extract, Output } from './extract.js'
export { masked } from './masked.js'
export { patches } from './patches.js'
export { pooled } from './pooled.js'
export { prototypes } from './prototypes.js'
export { tokens } from './tokens.js'
