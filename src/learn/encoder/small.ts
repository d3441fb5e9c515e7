/** A small convolutional network for pictures of about 32 px, shaped for what two CPU cores do well. */

import { BatchNorm, Conv2d } from '../../nn/layers.js'
import type { Module, Pass } from '../../nn/module.js'
import { ops, type Tensor } from '../../torch/index.js'

export interface SmallNetOptions {
  channels: number
  /** Side of the views in pixels; larger ones get a coarser first layer. */
  size: number
}

/** Beyond this side the first layer moves by 4 px instead of 2: a quarter of the work. */
const FINE_UP_TO = 40
/** Cells a side that the last layer is averaged into: coarse position tells much about small pictures. */
const GRID = 2
const LAST = 256

/** `[N, channels, H, W]` to features `[N, 1024]`: four convolutions, then averages of a 2×2 grid. */
export class SmallNet implements Module {
  readonly layers: Module[]
  readonly features = LAST * GRID * GRID

  constructor({ channels, size }: SmallNetOptions) {
    this.layers = [
      new ConvNorm(channels, 32, 4, size > FINE_UP_TO ? 4 : 2, 1),
      new ConvNorm(32, 64, 3, 2, 1),
      new ConvNorm(64, 128, 3, 1, 1),
      // a matrix product: on maps of a few pixels 3×3 convolutions run at a tenth of its speed
      new ConvNorm(128, LAST, 1, 1, 0),
    ]
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const maps = this.layers.reduce((y, layer) => layer.forward(y, pass), x)
    return ops.adaptive_avg_pool2d(maps, [GRID, GRID]).flatten(1)
  }
}

/** Convolution, batch norm, ReLU. */
class ConvNorm implements Module {
  readonly conv: Conv2d
  readonly bn: BatchNorm

  constructor(inputs: number, outputs: number, kernel: number, stride: number, padding: number) {
    this.conv = new Conv2d(inputs, outputs, kernel, { stride, padding })
    this.bn = new BatchNorm(outputs)
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return this.bn.forward(this.conv.forward(x), pass, { relu: true })
  }
}
