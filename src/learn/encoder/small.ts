/** A small residual network for pictures of about 32 px, shaped for what two CPU cores do well. */

import { BatchNorm, Conv2d, forwardAll, globalAveragePool } from '../../nn/layers.js'
import type { Module, Pass } from '../../nn/module.js'
import { BasicBlock } from '../../nn/resnet.js'
import type { Tensor } from '../../torch/index.js'

export interface SmallNetOptions {
  channels: number
  /** Channels after the stem; doubled twice. */
  width: number
}

/** `[N, channels, H, W]` to pooled features `[N, 4 * width]`. */
export class SmallNet implements Module {
  readonly conv1: Conv2d
  readonly bn1: BatchNorm
  readonly stages: Module[]
  readonly features: number

  constructor({ channels, width }: SmallNetOptions) {
    // a 2×2 patch stem quarters the work of every later layer
    this.conv1 = new Conv2d(channels, width, 2, { stride: 2 })
    this.bn1 = new BatchNorm(width)
    this.stages = [
      new BasicBlock(width, width, 1, 0),
      new BasicBlock(width, 2 * width, 2, 0),
      new BasicBlock(2 * width, 4 * width, 2, 0),
    ]
    this.features = 4 * width
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const stem = this.bn1.forward(this.conv1.forward(x), pass, { relu: true })
    return globalAveragePool(forwardAll(this.stages, stem, pass))
  }
}
