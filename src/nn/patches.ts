/** Pictures as rows of patches. */
import { ops, type Tensor } from '../torch/index.js'
import { buffer, fanInUniform, parameter } from './init.js'
import type { Module } from './module.js'

/**
 * Cuts pictures into squares, row by row: `[N, C, H, W]` to `[N, L, C·patch·patch]`, each channel by channel, so that a
 * convolution's weights fit them.
 */
export function patchify(x: Tensor, patch: number): Tensor {
  const [batch = 0, channels = 0, height = 0, width = 0] = x.shape
  const [down, across] = [height / patch, width / patch]
  return x
    .reshape([batch, channels, down, patch, across, patch])
    .permute([0, 2, 4, 1, 3, 5])
    .reshape([batch, down * across, channels * patch * patch])
}

/** The tokens of `[N, L, D]` at int64 `[N, K]`, in that order: `[N, K, D]`. */
export function gatherTokens(tokens: Tensor, at: Tensor): Tensor {
  return tokens.gather(1, at.unsqueeze(-1).expand([-1, -1, tokens.shape[2] as number]))
}

/** The weights of a convolution whose stride is its kernel, applied as a product: `proj.weight [dim, C, patch, patch]`. */
class Projection implements Module {
  readonly weight: Tensor
  readonly bias: Tensor

  constructor(channels: number, dim: number, patch: number, frozen: boolean) {
    const shape = [dim, channels, patch, patch]
    const inputs = channels * patch * patch
    if (frozen) {
      // MoCo v3's initialisation: what is never trained should neither shrink nor shift
      const bound = Math.sqrt(6 / (inputs + dim))
      this.weight = buffer(() => ops.empty(shape).uniform_(-bound, bound))
      this.bias = buffer(() => ops.zeros([dim]))
    } else {
      this.weight = parameter(() => fanInUniform(shape, inputs))
      this.bias = parameter(() => fanInUniform([dim], inputs))
    }
  }

  forward(pixels: Tensor): Tensor {
    return ops.linear(pixels, this.weight.flatten(1), this.bias)
  }
}

/** Projects patches, `[N, L, C·patch·patch]` to `[N, L, dim]`, with timm's names. */
export class PatchEmbed implements Module {
  readonly proj: Projection

  constructor(channels: number, dim: number, patch: number, frozen: boolean) {
    this.proj = new Projection(channels, dim, patch, frozen)
  }

  forward(pixels: Tensor): Tensor {
    return this.proj.forward(pixels)
  }
}
