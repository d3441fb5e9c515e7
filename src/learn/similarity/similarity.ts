import type { Tensor } from '../../torch/index.js'

/** Choice 4, how two batches of vectors are compared. */
export interface Similarity {
  name: string
  /** Row by row: two `[N, D]` to `[N]`. */
  rows(a: Tensor, b: Tensor): Tensor
  /** Every row with every other: `[N, D]` and `[M, D]` to `[N, M]`. */
  matrix(a: Tensor, b: Tensor): Tensor
}
