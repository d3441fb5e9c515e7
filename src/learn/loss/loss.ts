import type { Tensor } from '../../torch/index.js'

/** How two batches of vectors are compared, row by row: two `[N, D]` to `[N]`. */
export type Similarity = (a: Tensor, b: Tensor) => Tensor

/** Choice 5: what the comparison should be. */
export interface Loss {
  /** `positive`: only two views of one picture meet, so every view's share can be computed alone. */
  pairs: 'positive'
  /** One ordered pair of views: `prediction` from the online network, `answer` from the target; `[N, D]` to one number. */
  compute(prediction: Tensor, answer: Tensor, similarity: Similarity): Tensor
}
