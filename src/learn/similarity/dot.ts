import type { Tensor } from '../../torch/index.js'
import type { Similarity } from './similarity.js'

/** The plain product. */
export const dot: Similarity = {
  name: 'dot product',
  rows: (a, b) => a.mul(b).sum(-1),
  matrix: (a, b) => a.matmul(b.t()),
}

const dimension = (x: Tensor) => x.shape.at(-1) as number

/** The product over the square root of the dimension, so that it stays of order 1 (AMDIM). */
export const scaledDot: Similarity = {
  name: 'scaled dot product',
  rows: (a, b) => dot.rows(a, b).div(Math.sqrt(dimension(a))),
  matrix: (a, b) => dot.matrix(a, b).div(Math.sqrt(dimension(a))),
}
