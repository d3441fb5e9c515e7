import { fromHost, ops, type Tensor } from '../torch/index.js'
import { SelfAttention } from './attention.js'
import { LayerNorm } from './layer-norm.js'
import type { Module, Pass } from './module.js'
import { TokenLinear } from './token-linear.js'

/** Width of the hidden layer of a block's MLP over the block's own. */
const EXPANSION = 4

/** Linear, GELU, Linear, token by token. `[…, dim]` to `[…, dim]`. */
class TokenMlp implements Module {
  readonly fc1: TokenLinear
  readonly fc2: TokenLinear

  constructor(dim: number) {
    this.fc1 = new TokenLinear(dim, dim * EXPANSION)
    this.fc2 = new TokenLinear(dim * EXPANSION, dim)
  }

  forward(x: Tensor): Tensor {
    return this.fc2.forward(this.fc1.forward(x).gelu())
  }
}

/**
 * A transformer block that normalises before each branch, with timm's names: Dosovitskiy et al. 2020
 * (arXiv 2010.11929). `[N, L, dim]` to `[N, L, dim]`.
 */
export class Block implements Module {
  readonly norm1: LayerNorm
  readonly attn: SelfAttention
  readonly norm2: LayerNorm
  readonly mlp: TokenMlp
  readonly #dropPath: number

  /** @param dropPath share of the pictures that skip a branch in training */
  constructor(dim: number, heads: number, dropPath = 0) {
    this.norm1 = new LayerNorm(dim)
    this.attn = new SelfAttention(dim, heads)
    this.norm2 = new LayerNorm(dim)
    this.mlp = new TokenMlp(dim)
    this.#dropPath = dropPath
  }

  forward(x: Tensor, { training }: Pass): Tensor {
    const rate = training ? this.#dropPath : 0
    const y = x.add(dropPath(this.attn.forward(this.norm1.forward(x)), rate))
    return y.add(dropPath(this.mlp.forward(this.norm2.forward(y)), rate))
  }

  /** The attention that `forward` would use, `[N, heads, L, L]`. */
  weights(x: Tensor): Tensor {
    return this.attn.weights(this.norm1.forward(x))
  }
}

/**
 * Stochastic depth: the branch `[N, L, dim]` of a share `rate` of the pictures becomes nothing, those of the others grow
 * so that the mean stays: Huang et al. 2016 (arXiv 1603.09382), drawn from libtorch's generator for the CPU.
 */
export function dropPath(branch: Tensor, rate: number): Tensor {
  if (rate === 0) return branch
  const keep = 1 - rate
  const { dtype } = branch
  const kept = fromHost(() => ops.empty([branch.shape[0] as number, 1, 1], { dtype }).bernoulli_(keep))
  return branch.mul(kept.div_(keep))
}
