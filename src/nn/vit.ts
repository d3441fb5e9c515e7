/** Vision transformer (Dosovitskiy et al. 2020, arXiv 2010.11929) with timm's state-dict names. */
import { SelfsameError, UsageError } from '../errors.js'
import { noGrad, ops, type Tensor } from '../torch/index.js'
import { Block } from './block.js'
import { buffer, parameter } from './init.js'
import { LayerNorm } from './layer-norm.js'
import { forwardAll } from './layers.js'
import { EVAL, type Module, type Pass } from './module.js'
import { gatherTokens, PatchEmbed, patchify } from './patches.js'
import { resizePositions, sineCosine } from './positions.js'
import { transformerNormal } from './token-linear.js'

export interface VisionTransformerOptions {
  /** Width of a token, the length of the feature vector. */
  dim: number
  /** Number of blocks. */
  depth: number
  /** Attention heads of a block. */
  heads: number
  /** Side of a patch in pixels. */
  patch: number
  /** Channels of the pictures. */
  channels?: number
  /** Side of the pictures it is made for, in pixels; for others its positions are interpolated. */
  size: number
  /** Position embeddings: trained, or fixed sines and cosines (MoCo v3, MAE). */
  positions?: 'learned' | 'fixed'
  /** The feature vector: the class token, or the mean of the patch tokens. */
  pool?: 'class' | 'mean'
  /** Keeps the patch projection as it was initialised: Chen et al. 2021, MoCo v3 (arXiv 2104.02057). */
  frozenPatches?: boolean
  /** Share of residual branches dropped in training at the last block, rising linearly from 0 at the first. */
  dropPath?: number
  /** Makes the token that stands in for masked patches. */
  maskToken?: boolean
  /** Tokens without a place, for what belongs to no patch: Darcet et al. 2023 (arXiv 2309.16588). None by default. */
  registers?: number
}

export interface VisionTokens {
  /** Bool `[N, L]`: patches that the mask token replaces before positions are added. */
  mask?: Tensor | undefined
  /** Int64 `[N, K]`: the only patches that are looked at, in this order; the others cost nothing. */
  visible?: Tensor | undefined
}

/** `[N, channels, H, W]`, sides multiples of `patch`, to features `[N, dim]`. */
export class VisionTransformer implements Module {
  readonly cls_token: Tensor
  readonly pos_embed: Tensor
  readonly mask_token: Tensor | undefined
  readonly reg_token: Tensor | undefined
  readonly patch_embed: PatchEmbed
  readonly blocks: Block[]
  readonly norm: LayerNorm
  readonly features: number
  readonly patch: number
  readonly #pool: 'class' | 'mean'

  /** @throws SelfsameError when `size` is no multiple of `patch`, or the heads do not share `dim` evenly */
  constructor({
    dim,
    depth,
    heads,
    patch,
    channels = 3,
    size,
    positions = 'learned',
    pool = 'class',
    frozenPatches = false,
    dropPath = 0,
    maskToken = false,
    registers = 0,
  }: VisionTransformerOptions) {
    const side = gridOf(size, size, patch)[0]
    this.features = dim
    this.patch = patch
    this.#pool = pool
    this.cls_token = parameter(() => transformerNormal([1, 1, dim]))
    this.pos_embed =
      positions === 'fixed'
        ? buffer(() => sineCosine(dim, side))
        : parameter(() => transformerNormal([1, 1 + side * side, dim]))
    // zero as in DINOv2: a masked patch starts as its position alone
    this.mask_token = maskToken ? parameter(() => ops.zeros([1, dim])) : undefined
    this.reg_token = registers > 0 ? parameter(() => transformerNormal([1, registers, dim])) : undefined
    this.patch_embed = new PatchEmbed(channels, dim, patch, frozenPatches)
    this.blocks = Array.from(
      { length: depth },
      (_, i) => new Block(dim, heads, (dropPath * i) / Math.max(1, depth - 1)),
    )
    this.norm = new LayerNorm(dim)
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return this.pool(this.tokens(x, pass))
  }

  /**
   * All tokens but registers after the last norm, the class token first: `[N, 1 + L, dim]`, or `[N, 1 + K, dim]` with `visible`.
   * @throws UsageError when a side is no multiple of the patch, SelfsameError when a mask is given without `maskToken`
   */
  tokens(x: Tensor, pass: Pass, options: VisionTokens = {}): Tensor {
    return this.norm.forward(this.#placed(forwardAll(this.blocks, this.#embed(x, options), pass), 1))
  }

  /** Tokens `[N, 1 + L, dim]` to the feature vector `[N, dim]`. */
  pool(tokens: Tensor): Tensor {
    if (this.#pool === 'class') return tokens.select(1, 0)
    return tokens.narrow(1, 1, (tokens.shape[1] as number) - 1).mean([1])
  }

  /**
   * Self-attention of the last block in evaluation mode and without a graph, `[N, heads, 1 + L, 1 + L]`; what goes to registers is
   * left out of it.
   */
  attention(x: Tensor): Tensor {
    return noGrad(() => {
      const before = forwardAll(this.blocks.slice(0, -1), this.#embed(x, {}), EVAL)
      const all = (this.blocks.at(-1) as Block).weights(before)
      return this.#placed(this.#placed(all, 2), 3)
    })
  }

  /** Without the registers, which lie between the class token and the patches. */
  #placed(all: Tensor, dim: number): Tensor {
    if (!this.reg_token) return all
    const from = 1 + (this.reg_token.shape[1] as number)
    const patches = all.narrow(dim, from, (all.shape[dim] as number) - from)
    return ops.cat([all.narrow(dim, 0, 1), patches], dim)
  }

  /** Class token, registers, and patches with their positions, `[N, 1 + registers + L or K, dim]`. */
  #embed(x: Tensor, { mask, visible }: VisionTokens): Tensor {
    const [batch = 0, , height = 0, width = 0] = x.shape
    const positions = resizePositions(this.pos_embed, ...gridOf(height, width, this.patch))
    const whole = this.cls_token.add(positions.narrow(1, 0, 1)).expand([batch, -1, -1])
    let places = positions.narrow(1, 1, (positions.shape[1] as number) - 1)
    let pixels = patchify(x, this.patch)
    if (visible) {
      pixels = gatherTokens(pixels, visible)
      places = gatherTokens(places.expand([batch, -1, -1]), visible)
      mask = mask?.gather(1, visible)
    }
    let patches = this.patch_embed.forward(pixels)
    if (mask) patches = ops.where(mask.unsqueeze(-1), this.#maskToken().to(patches.dtype), patches)
    const registers = this.reg_token ? [this.reg_token.expand([batch, -1, -1])] : []
    return ops.cat([whole, ...registers, patches.add(places)], 1)
  }

  #maskToken(): Tensor {
    if (this.mask_token) return this.mask_token
    throw new SelfsameError('this vision transformer has no mask token: make it with maskToken')
  }
}

/** Patches down and across. @throws UsageError when a side is no multiple of the patch */
function gridOf(height: number, width: number, patch: number): [number, number] {
  if (height % patch === 0 && width % patch === 0) return [height / patch, width / patch]
  throw new UsageError(
    `a vision transformer with patches of ${patch} px needs sides that are multiples of ${patch}, but got ${height}×${width}: choose another size or patch`,
  )
}
