import { ops, type Tensor } from '../../torch/index.js'

/**
 * Assigns rows to columns so that each column gets an equal share: Cuturi 2013, as SwAV uses it (arXiv 2006.09882, section 3.1).
 * @param scores `[N, K]`
 * @param eps sharpness; smaller is harder
 * @returns `[N, K]`, rows summing to 1
 */
export function sinkhorn(scores: Tensor, eps: number, iterations: number): Tensor {
  const [n, k] = scores.shape as [number, number]
  // a constant factor cancels, so the largest exponential may be 1
  let shares = ops.exp(scores.sub(scores.max()).div(eps))
  shares = shares.div(shares.sum())
  for (let i = 0; i < iterations; i++) {
    shares = shares.div(shares.sum([0], true)).div(k)
    shares = shares.div(shares.sum([1], true)).div(n)
  }
  return shares.mul(n)
}
