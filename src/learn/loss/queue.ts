import { buffer } from '../../nn/index.js'
import { noGrad, ops, scope, type Tensor } from '../../torch/index.js'
import { normalize } from '../similarity/cosine.js'

/** The vectors of the last batches, unit length, oldest overwritten first: He et al. 2019 (arXiv 1911.05722). */
export class Queue {
  /** `[size, dimension]`; random directions at first. */
  readonly rows: Tensor
  /** Int64 `[1]`: where the next vector goes. */
  readonly next: Tensor

  constructor(size: number, dimension: number) {
    this.rows = buffer(() => normalize(ops.randn([size, dimension])))
    this.next = buffer(() => ops.zeros([1], { dtype: 'int64' }))
  }

  forward(): Tensor {
    return this.rows
  }

  /** Adds vectors `[N, dimension]`; of more than fit the last stay. */
  push(vectors: Tensor): void {
    scope(() =>
      noGrad(() => {
        const size = this.rows.shape[0] as number
        const count = Math.min(size, vectors.shape[0] as number)
        const newest = normalize(vectors).narrow(0, (vectors.shape[0] as number) - count, count)
        this.rows.index_copy_(0, this.next.add(ops.arange(count)).remainder(size), newest)
        this.next.add_(count).remainder_(size)
      }),
    )
  }
}
