/** What crosses processes: losses are written against this, so that many machines later touch no method. */
import type { Tensor } from '../torch/index.js'

export interface World {
  rank: number
  size: number
  /** Rows of every rank in order of rank, `[N, …]` to `[size * N, …]`, with gradients to this rank's own. */
  gather(x: Tensor): Tensor
  /** Mean over the ranks, with gradients. */
  mean(x: Tensor): Tensor
}

/** One process: everything is the identity. */
export const ALONE: World = { rank: 0, size: 1, gather: (x) => x, mean: (x) => x }
