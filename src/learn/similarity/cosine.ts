import type { Tensor } from '../../torch/index.js'

/** DeepMind's guard against division by zero. */
const EPS = 1e-12

/** Rows scaled to length 1. `[N, D]` float32. */
export function normalize(x: Tensor): Tensor {
  return x.mul(x.square().sum(-1, true).add(EPS).rsqrt())
}

/** Cosine of each row of `a` with the same row of `b`: two `[N, D]` to `[N]`. */
export function cosine(a: Tensor, b: Tensor): Tensor {
  return normalize(a).mul(normalize(b)).sum(-1)
}
