/** Choice 4, how two are compared. */
export { cosine } from './cosine.js'
export { crossCorrelation } from './cross-correlation.js'
export { squaredDistance } from './distance.js'
export { dot, scaledDot } from './dot.js'
export type { Similarity } from './similarity.js'
