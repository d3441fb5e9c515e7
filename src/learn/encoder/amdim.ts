/** AMDIM's encoder: Bachman et al. 2019 (arXiv 1906.00910), with the sizes of PyTorch Lightning Bolts. */

import type { MapEncoder } from '../../encode/encoder.js'
import { UsageError } from '../../errors.js'
import {
  Conv2d,
  createNorm,
  forwardAll,
  type Module,
  type Norm,
  type NormName,
  type Pass,
} from '../../nn/index.js'
import { ops, type Tensor } from '../../torch/index.js'

/** What differs between the sizes of views; every one of them comes to a 7×7 map. */
interface Plan {
  /** Channels after the first layer. */
  ndf: number
  /** Residual layers of a stage. */
  depth: number
  /** Kernels of the stride-2 stages before the 7×7 map; each doubles the channels. */
  halvings: readonly number[]
}

const PLANS: Readonly<Record<number, Plan>> = {
  32: { ndf: 320, depth: 10, halvings: [4, 2] },
  64: { ndf: 192, depth: 8, halvings: [4, 4, 2] },
  128: { ndf: 320, depth: 10, halvings: [4, 4, 2] },
}

export interface AmdimOptions {
  channels: number
  /** Side of the views in pixels: 32, 64 or 128. */
  size: number
  /** Multiplies the channels of every layer, the vector included. */
  width?: number
  /** Channels after the first layer at width 1; by the size 320, 192 or 320. */
  ndf?: number
  /** Length of the feature vector at width 1; the channels of the 7×7 map, 4 or 8 times `ndf`, unless given. */
  rkhs?: number
  /** Residual layers of a stage; by the size 10, 8 or 10. */
  depth?: number
  /** Of the feature vector, the only normalisation there is. */
  norm?: NormName
}

/**
 * `[N, channels, size, size]` to features `[N, rkhs]`. Nothing is padded, so that no place of a map sees where it lies.
 * Deviation: the projections of the 7×7 and 5×5 maps are not part of it; whoever compares maps projects them.
 */
export class Amdim implements MapEncoder {
  readonly stem: Module[]
  readonly to7: Module[]
  readonly to5: Module[]
  readonly to3: Module[]
  readonly to1: Module
  readonly norm: Norm
  readonly features: number
  readonly mapChannels: readonly number[]

  /** @throws UsageError for another size of the views */
  constructor({ channels, size, width = 1, ndf, rkhs, depth, norm = 'batch' }: AmdimOptions) {
    const plan = PLANS[size]
    if (!plan) {
      throw new UsageError(
        `the encoder 'amdim' takes views of ${Object.keys(PLANS).join(', ')} px, got ${size}: choose one of these sizes`,
      )
    }
    const first = Math.max(1, Math.round((ndf ?? plan.ndf) * width))
    const layers = depth ?? plan.depth
    let inner = first
    this.stem = stemFor(size, channels, first)
    this.to7 = plan.halvings.flatMap((kernel) => {
      inner *= 2
      return stage(inner / 2, inner, kernel, 2, layers)
    })
    this.to5 = stage(inner, inner, 3, 1, layers)
    this.to3 = stage(inner, inner, 3, 1, layers)
    this.features = rkhs === undefined ? inner : Math.max(1, Math.round(rkhs * width))
    this.to1 = new Residual(inner, this.features, 3, 1)
    this.norm = createNorm(norm, this.features)
    this.mapChannels = [inner, inner, this.features]
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return this.pool(this.maps(x, pass).at(-1) as Tensor)
  }

  /** `[N, mapChannels[i], side, side]` of 7×7, 5×5 and 1×1 places. */
  maps(x: Tensor, pass: Pass): Tensor[] {
    const seven = forwardAll(this.to7, forwardAll(this.stem, x, pass), pass)
    const five = forwardAll(this.to5, seven, pass)
    const one = this.to1.forward(forwardAll(this.to3, five, pass), pass)
    return [seven, five, this.norm.forward(one, pass)]
  }

  pool(map: Tensor): Tensor {
    return map.flatten(1)
  }
}

function stemFor(size: number, channels: number, first: number): Module[] {
  // a map of 30×30 in all but the larger sizes, where a stage more makes it so
  if (size === 32) return [new ConvRelu(channels, first, 3), new Residual(first, first, 1, 1)]
  if (size === 64) return [new ConvRelu(channels, first, 3)]
  // the reflected border is the one padding, as published: it brings 128 px to the 64 of the size below
  return [new ConvRelu(channels, first, 5, 2, 2), new ConvRelu(first, first, 3)]
}

/** One layer that changes the shape, then layers that mix channels only. */
function stage(inputs: number, outputs: number, kernel: number, stride: number, depth: number): Module[] {
  const rest = Array.from({ length: depth - 1 }, () => new Residual(outputs, outputs, 1, 1))
  return [new Residual(inputs, outputs, kernel, stride), ...rest]
}

/** Convolution with bias, ReLU, over a border of `reflected` mirrored pixels. */
class ConvRelu implements Module {
  readonly conv: Conv2d
  readonly #reflected: number

  constructor(inputs: number, outputs: number, kernel: number, stride = 1, reflected = 0) {
    this.conv = new Conv2d(inputs, outputs, kernel, { stride, bias: true, init: 'fan-in' })
    this.#reflected = reflected
  }

  forward(x: Tensor): Tensor {
    const border = this.#reflected
    const framed = border > 0 ? ops.pad(x, [border, border, border, border], 'reflect') : x
    return this.conv.forward(framed).relu()
  }
}

/**
 * `conv1×1(relu(conv(x)))`, zero at first (Fixup, Zhang et al. 2019, arXiv 1901.09321), beside the average of the same
 * pixels. `[N, inputs, H, W]` to `[N, outputs, H', W']`.
 */
class Residual implements Module {
  readonly conv1: Conv2d
  readonly conv2: Conv2d
  readonly shortcut: Conv2d | undefined
  readonly #grow: number
  readonly #kernel: number
  readonly #stride: number

  constructor(inputs: number, outputs: number, kernel: number, stride: number) {
    this.conv1 = new Conv2d(inputs, outputs, kernel, { stride, init: 'fan-in' })
    this.conv2 = new Conv2d(outputs, outputs, 1, { init: 'zero' })
    this.#grow = outputs - inputs
    // channels can be added as zeros, but not be left out
    this.shortcut =
      outputs < inputs
        ? new Conv2d(inputs, outputs, kernel, { stride, bias: true, init: 'fan-in' })
        : undefined
    this.#kernel = kernel
    this.#stride = stride
  }

  forward(x: Tensor): Tensor {
    return this.conv2.forward(this.conv1.forward(x).relu()).add(this.#beside(x))
  }

  #beside(x: Tensor): Tensor {
    if (this.shortcut) return this.shortcut.forward(x)
    const pooled = this.#kernel === 1 ? x : ops.avg_pool2d(x, this.#kernel, { stride: this.#stride })
    return this.#grow > 0 ? ops.pad(pooled, [0, 0, 0, 0, 0, this.#grow]) : pooled
  }
}
