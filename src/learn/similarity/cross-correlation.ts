import { ops, type Tensor } from '../../torch/index.js'
import { cosine } from './cosine.js'
import type { Similarity } from './similarity.js'

/** The guard of the batch norm that Barlow Twins standardises with. */
const EPS = 1e-5

/** Columns to mean 0 and deviation 1 over the batch, `[N, D]`. */
function standardizeColumns(x: Tensor): Tensor {
  const centred = x.sub(x.mean([0], true))
  return centred.mul(centred.square().mean([0], true).add(EPS).rsqrt())
}

/** Correlation over the batch of every component of `a` with every one of `b`: the matrix is `[D, D]`, not `[N, N]`. */
export const crossCorrelation: Similarity = {
  name: 'cross-correlation',
  rows: cosine.rows,
  matrix: (a, b) => ops.matmul(standardizeColumns(a).t(), standardizeColumns(b)).div(a.shape[0] as number),
}
