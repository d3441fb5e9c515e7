import type { Tensor } from '../../torch/index.js'
import type { Similarity } from './similarity.js'

/** DeepMind's guard against division by zero. */
const EPS = 1e-12

/** Vectors scaled to length 1. `[…, D]` float32. */
export function normalize(x: Tensor): Tensor {
  return x.mul(x.square().sum(-1, true).add(EPS).rsqrt())
}

/** The cosine of the angle between two vectors, -1 to 1. */
export const cosine: Similarity = {
  name: 'cosine',
  rows: (a, b) => normalize(a).mul(normalize(b)).sum(-1),
  matrix: (a, b) => normalize(a).matmul(normalize(b).t()),
}
