import { UsageError } from '../errors.js'
import { hasOperator, operator, type Tensor } from '../torch/index.js'
import type { Module } from './module.js'
import { TokenLinear } from './token-linear.js'

/** There from libtorch 2.0 on; it never holds the attention matrix in memory. */
const FUSED = 'aten::scaled_dot_product_attention'
let fused: ((...args: unknown[]) => unknown) | undefined

/** Multi-head self-attention with timm's names: Vaswani et al. 2017 (arXiv 1706.03762). `[N, L, dim]` to `[N, L, dim]`. */
export class SelfAttention implements Module {
  readonly qkv: TokenLinear
  readonly proj: TokenLinear
  readonly #heads: number

  /** @throws UsageError when the heads do not share `dim` evenly */
  constructor(dim: number, heads: number) {
    if (dim % heads !== 0) {
      throw new UsageError(
        `attention needs a width that its heads share evenly, but got ${dim} and ${heads} heads`,
      )
    }
    this.#heads = heads
    this.qkv = new TokenLinear(dim, 3 * dim)
    this.proj = new TokenLinear(dim, dim)
  }

  forward(x: Tensor): Tensor {
    const [q, k, v] = this.#split(x)
    const mixed = attend(q, k, v)
    return this.proj.forward(mixed.transpose(1, 2).flatten(2))
  }

  /** How much each token looks at each other, `[N, heads, L, L]`, rows summing to 1. */
  weights(x: Tensor): Tensor {
    const [q, k] = this.#split(x)
    return softmaxed(q, k)
  }

  /** Queries, keys and values, each `[N, heads, L, dim / heads]`. */
  #split(x: Tensor): [Tensor, Tensor, Tensor] {
    const [batch = 0, length = 0, dim = 0] = x.shape
    const heads = this.#heads
    const all = this.qkv.forward(x).view([batch, length, 3, heads, dim / heads])
    return all.permute([2, 0, 3, 1, 4]).unbind(0) as [Tensor, Tensor, Tensor]
  }
}

function attend(q: Tensor, k: Tensor, v: Tensor): Tensor {
  if (!hasOperator(FUSED)) return softmaxed(q, k).matmul(v)
  fused ??= operator(FUSED)
  return fused(q, k, v) as Tensor
}

function softmaxed(q: Tensor, k: Tensor): Tensor {
  const scale = (q.shape.at(-1) as number) ** -0.5
  return q.mul(scale).matmul(k.transpose(-2, -1)).softmax(-1)
}
