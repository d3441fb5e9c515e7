/** MAE's decoder: He et al. 2021 (arXiv 2111.06377), section 3. */
import { ops, type Tensor } from '../torch/index.js'
import { Block } from './block.js'
import { buffer, parameter } from './init.js'
import { LayerNorm } from './layer-norm.js'
import { forwardAll } from './layers.js'
import type { Pass } from './module.js'
import { sineCosine } from './positions.js'
import { TokenLinear, transformerNormal } from './token-linear.js'

export interface TokenDecoderOptions {
  /** Width of the encoder's tokens. */
  inputs: number
  /** Width of its own tokens, a multiple of 4. */
  width: number
  /** Number of blocks. */
  depth: number
  heads: number
  /** Values to say about each patch. */
  outputs: number
  /** Patches a side of the whole picture. */
  grid: number
}

/** From the tokens of the visible patches to something about every patch, such as its pixels. */
export class TokenDecoder {
  readonly mask_token: Tensor
  readonly pos_embed: Tensor
  readonly embed: TokenLinear
  readonly blocks: Block[]
  readonly norm: LayerNorm
  readonly pred: TokenLinear

  constructor({ inputs, width, depth, heads, outputs, grid }: TokenDecoderOptions) {
    this.mask_token = parameter(() => transformerNormal([1, 1, width]))
    this.pos_embed = buffer(() => sineCosine(width, grid))
    this.embed = new TokenLinear(inputs, width)
    this.blocks = Array.from({ length: depth }, () => new Block(width, heads))
    this.norm = new LayerNorm(width)
    this.pred = new TokenLinear(width, outputs)
  }

  /**
   * @param tokens `[N, 1 + K, inputs]`, the class token first
   * @param visible int64 `[N, K]`: where the others belong
   * @returns `[N, L, outputs]`, patches row by row; the class token is dropped
   */
  forward(tokens: Tensor, visible: Tensor, pass: Pass): Tensor {
    const [batch = 0, known = 0] = tokens.shape
    const [, places = 0, width = 0] = this.pos_embed.shape
    const embedded = this.embed.forward(tokens)
    // class token at place 0, so every patch lies one further
    const at = ops.cat([visible.new_zeros([batch, 1]), visible.add(1)], 1)
    const whole = this.mask_token
      .to(embedded.dtype)
      .expand([batch, places, width])
      .scatter(1, at.unsqueeze(-1).expand([batch, known, width]), embedded)
    const decoded = forwardAll(this.blocks, whole.add(this.pos_embed), pass)
    return this.pred.forward(this.norm.forward(decoded.narrow(1, 1, places - 1)))
  }
}
