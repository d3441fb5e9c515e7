/** A small convolutional network for pictures of about 32 px, shaped for what two CPU cores do well. */

import type { MapEncoder } from '../../encode/encoder.js'
import {
  Conv2d,
  createNorm,
  type Module,
  type Norm,
  type NormName,
  type Pass,
  standardizesWeights,
} from '../../nn/index.js'
import { scope, type Tensor } from '../../torch/index.js'
import { gridAverage } from '../../torch/kernels.js'

export interface SmallNetOptions {
  channels: number
  /** Side of the views in pixels; larger ones get a coarser first layer. */
  size: number
  /** Multiplies the channels. */
  width?: number
  norm?: NormName
  /** What the first convolution begins with; `whitening` takes effect in a pass with `initialize`. */
  firstLayer?: 'random' | 'whitening'
}

/** Beyond this side the first layer moves by 4 px instead of 2: a quarter of the work. */
const FINE_UP_TO = 40
/** Cells a side that the last layer is averaged into: coarse position tells much about small pictures. */
const GRID = 2
const CHANNELS = [32, 64, 128, 256] as const
type Channels = [number, number, number, number]

/** `[N, channels, H, W]` to features `[N, 1024 · width]`: four convolutions, then averages of a 2×2 grid. */
export class SmallNet implements MapEncoder {
  readonly layers: Module[]
  readonly mapChannels: readonly number[]
  readonly features: number

  constructor({ channels, size, width = 1, norm = 'batch', firstLayer = 'random' }: SmallNetOptions) {
    const [first, second, third, last] = CHANNELS.map((count) => Math.round(count * width)) as Channels
    this.mapChannels = [first, second, third, last]
    this.features = last * GRID * GRID
    const init = firstLayer === 'whitening' ? 'whitening' : 'he'
    this.layers = [
      new ConvNorm(channels, first, norm, 4, size > FINE_UP_TO ? 4 : 2, 1, init),
      new ConvNorm(first, second, norm, 3, 2, 1),
      new ConvNorm(second, third, norm, 3, 1, 1),
      // a matrix product: on maps of a few pixels 3×3 convolutions run at a tenth of its speed
      new ConvNorm(third, last, norm, 1, 1, 0),
    ]
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return scope(() => this.pool(this.maps(x, pass).at(-1) as Tensor))
  }

  /** What each of the four layers gives, `[N, mapChannels[i], h, w]`. */
  maps(x: Tensor, pass: Pass): Tensor[] {
    let y = x
    return this.layers.map((layer) => {
      y = scope(() => layer.forward(y, pass))
      return y
    })
  }

  pool(map: Tensor): Tensor {
    return gridAverage(map, GRID)
  }
}

/** Convolution, norm, ReLU. */
class ConvNorm implements Module {
  readonly conv: Conv2d
  readonly bn: Norm

  constructor(
    inputs: number,
    outputs: number,
    norm: NormName,
    kernel: number,
    stride: number,
    padding: number,
    init: 'he' | 'whitening' = 'he',
  ) {
    this.conv = new Conv2d(inputs, outputs, kernel, {
      stride,
      padding,
      init,
      standardize: standardizesWeights(norm),
    })
    this.bn = createNorm(norm, outputs)
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return this.bn.forward(this.conv.forward(x, pass), pass, { relu: true })
  }
}
