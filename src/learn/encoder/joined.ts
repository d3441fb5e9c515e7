import type { Encoder } from '../../encode/encoder.js'
import { BatchNorm, type NormName, type Pass } from '../../nn/index.js'
import { ops, scope, type Tensor } from '../../torch/index.js'
import { normalize } from '../similarity/cosine.js'
import { PatchCodes, type PatchCodesOptions } from './patch-codes.js'
import { SmallNet } from './small.js'

export interface JoinedOptions extends PatchCodesOptions {
  /** Multiplies the channels of the network. */
  width: number
  norm: NormName
  firstLayer: 'random' | 'whitening'
  /** Length of the network's part of the vector beside that of the codes, which is 1. */
  share: number
  /** Whether the network is shown pictures mirrored as well, once it is trained. */
  mirrored: boolean
}

/**
 * Codes of patches and a small network side by side, `[N, channels, H, W]` to `[N, outputs + 1024 · width]`: what each knows of a picture,
 * standardised and of a fixed length, one after the other.
 */
export class Joined implements Encoder {
  readonly features: number
  readonly startsFromPictures = true
  readonly codes: PatchCodes
  readonly network: SmallNet
  /** Before its length is fixed, the network's part is centred and each number made as wide as another. */
  readonly standard: BatchNorm
  readonly #share: number
  readonly #mirrored: boolean

  constructor({ width, norm, firstLayer, share, mirrored, ...options }: JoinedOptions) {
    this.codes = new PatchCodes(options)
    const { channels, size } = options
    this.network = new SmallNet({ channels, size, width, norm, firstLayer })
    this.standard = new BatchNorm(this.network.features, { affine: false })
    this.features = this.codes.features + this.network.features
    this.#share = share
    this.#mirrored = mirrored
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return scope(() => ops.cat([this.code(x, pass), this.beside(x, pass)], 1))
  }

  /** The part in closed form: float32 `[N, outputs]` of length 1. */
  code(x: Tensor, pass: Pass): Tensor {
    return scope(() => normalize(this.codes.forward(x, pass)))
  }

  /** The network's part as it stands beside that: float32 `[N, network.features]`. */
  beside(x: Tensor, pass: Pass): Tensor {
    return scope(() => normalize(this.learned(x, pass)).mul(this.#share))
  }

  /** What the network alone makes of pictures, standardised; in evaluation the mean of both ways round: float32 `[N, network.features]`. */
  learned(x: Tensor, pass: Pass): Tensor {
    return scope(() => {
      const vectors = this.network.forward(x, pass).to('float32')
      if (pass.training || !this.#mirrored) return this.standard.forward(vectors, pass)
      const others = this.network.forward(x.flip([3]), pass).to('float32')
      return this.standard.forward(vectors.add(others).div(2), pass)
    })
  }
}
