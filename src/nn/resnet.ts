/** ResNet v1 (He et al. 2015, arXiv 1512.03385) with torchvision's state-dict names. */
import { ops, scope, type Tensor } from '../torch/index.js'
import type { Norm } from './after.js'
import { Conv2d, type ConvOptions, forwardAll, globalAveragePool } from './layers.js'
import type { Module, Pass } from './module.js'
import { createNorm, type NormName, standardizesWeights } from './norm.js'

/** The four stages of a ResNet. */
export interface ResNetPlan {
  /** Residual blocks of each stage. */
  blocks: readonly [number, number, number, number]
  /** Channels inside the blocks of each stage over those of the stem. */
  planes: readonly [number, number, number, number]
  /** Channels that leave a block of each stage over those inside; 1 everywhere means blocks of two 3×3 convolutions. */
  expansions: readonly [number, number, number, number]
}

const PLANES = [1, 2, 4, 8] as const
const basic = (...blocks: [number, number, number, number]): ResNetPlan => ({
  blocks,
  planes: PLANES,
  expansions: [1, 1, 1, 1],
})
const bottleneck = (...blocks: [number, number, number, number]): ResNetPlan => ({
  blocks,
  planes: PLANES,
  expansions: [4, 4, 4, 4],
})

/** By depth. */
export const PLANS = {
  18: basic(2, 2, 2, 2),
  34: basic(3, 4, 6, 3),
  50: bottleneck(3, 4, 6, 3),
  101: bottleneck(3, 4, 23, 3),
  152: bottleneck(3, 8, 36, 3),
  200: bottleneck(3, 24, 36, 3),
}

export type ResNetDepth = keyof typeof PLANS

export interface ResNetOptions {
  /** One of the published depths (200: He et al. 2016, arXiv 1603.05027), or a plan of one's own. */
  depth: ResNetDepth | ResNetPlan
  /** Channels of the pictures. */
  channels?: number
  /** `imagenet`: 7×7 stride 2, then max-pool; `cifar`: 3×3 stride 1, for pictures of about 32 px. */
  stem?: 'imagenet' | 'cifar'
  /** Multiplies the channels of every layer, as in DeepMind's and SimCLR's wide ResNets. */
  width?: number
  /** Channels of the stem at width 1. */
  base?: number
  /** After every convolution; `group` standardises their weights. */
  norm?: NormName
  /** What the first convolution begins with; `whitening` takes effect in a pass with `initialize`. */
  firstLayer?: 'random' | 'whitening'
  /** Starts every residual branch at zero (Goyal et al. 2017), as DeepMind's BYOL code does. */
  zeroInitResidual?: boolean
}

/** `[N, channels, H, W]` to pooled features `[N, features]`. */
export class ResNet implements Module {
  readonly conv1: Conv2d
  readonly bn1: Norm
  readonly layer1: Module[]
  readonly layer2: Module[]
  readonly layer3: Module[]
  readonly layer4: Module[]
  readonly features: number
  /** Channels of each of `maps`. */
  readonly mapChannels: readonly number[]
  readonly #maxPool: boolean

  constructor({
    depth,
    channels = 3,
    stem = 'imagenet',
    width = 1,
    base = 64,
    norm = 'batch',
    firstLayer = 'random',
    zeroInitResidual = true,
  }: ResNetOptions) {
    const { blocks, planes, expansions } = typeof depth === 'number' ? PLANS[depth] : depth
    const Block = expansions.every((expansion) => expansion === 1) ? BasicBlock : Bottleneck
    const gamma = zeroInitResidual ? 0 : 1
    const first = Math.max(1, Math.round(base * width))
    let inputs = first
    const stage = (index: 0 | 1 | 2 | 3): Module[] =>
      Array.from({ length: blocks[index] }, (_, i) => {
        const inner = first * planes[index]
        const outputs = inner * expansions[index]
        const stride = i === 0 && index > 0 ? 2 : 1
        const block = new Block({ inputs, inner, outputs, stride, gamma, norm })
        inputs = outputs
        return block
      })
    this.#maxPool = stem === 'imagenet'
    const init = firstLayer === 'whitening' ? 'whitening' : 'he'
    this.conv1 =
      stem === 'imagenet'
        ? convolution(channels, first, 7, norm, { stride: 2, padding: 3, init })
        : convolution(channels, first, 3, norm, { padding: 1, init })
    this.bn1 = createNorm(norm, first)
    this.layer1 = stage(0)
    this.layer2 = stage(1)
    this.layer3 = stage(2)
    this.layer4 = stage(3)
    this.mapChannels = planes.map((count, index) => first * count * (expansions[index] as number))
    this.features = inputs
  }

  forward(x: Tensor, pass: Pass): Tensor {
    return scope(() => this.pool(this.maps(x, pass).at(-1) as Tensor))
  }

  /** What each of the four stages gives, `[N, mapChannels[i], h, w]`, the finest first. */
  maps(x: Tensor, pass: Pass): Tensor[] {
    let y = scope(() => this.#stem(x, pass))
    return [this.layer1, this.layer2, this.layer3, this.layer4].map((stage) => {
      y = forwardAll(stage, y, pass)
      return y
    })
  }

  #stem(x: Tensor, pass: Pass): Tensor {
    const y = this.bn1.forward(this.conv1.forward(x, pass), pass, { relu: true })
    return this.#maxPool ? ops.max_pool2d(y, 3, { stride: 2, padding: 1 }) : y
  }

  /** The last of the maps, averaged over its places: `[N, features]`. */
  pool(map: Tensor): Tensor {
    return globalAveragePool(map)
  }
}

function convolution(
  inputs: number,
  outputs: number,
  kernel: number,
  norm: NormName,
  options: ConvOptions = {},
): Conv2d {
  return new Conv2d(inputs, outputs, kernel, { ...options, standardize: standardizesWeights(norm) })
}

export interface BlockOptions {
  inputs: number
  /** Channels inside the block. */
  inner: number
  outputs: number
  stride: number
  /** Initial scale of the last norm of the branch. */
  gamma: number
  norm: NormName
}

/** The 1×1 path beside a block that changes shape, named as torchvision's Sequential is: `downsample.0`, `downsample.1`. */
function shortcut({ inputs, outputs, stride, norm }: BlockOptions): [Conv2d, Norm] | undefined {
  if (stride === 1 && inputs === outputs) return undefined
  return [convolution(inputs, outputs, 1, norm, { stride }), createNorm(norm, outputs)]
}

export class BasicBlock implements Module {
  readonly conv1: Conv2d
  readonly bn1: Norm
  readonly conv2: Conv2d
  readonly bn2: Norm
  readonly downsample: [Conv2d, Norm] | undefined

  constructor(options: BlockOptions) {
    const { inputs, inner, outputs, stride, gamma, norm } = options
    this.conv1 = convolution(inputs, inner, 3, norm, { stride, padding: 1 })
    this.bn1 = createNorm(norm, inner)
    this.conv2 = convolution(inner, outputs, 3, norm, { padding: 1 })
    this.bn2 = createNorm(norm, outputs, { gamma })
    this.downsample = shortcut(options)
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const y = this.bn1.forward(this.conv1.forward(x), pass, { relu: true })
    const residual = this.downsample ? forwardAll(this.downsample, x, pass) : x
    return this.bn2.forward(this.conv2.forward(y), pass, { residual, relu: true })
  }
}

/** The stride sits on the 3×3 convolution, as in torchvision ("v1.5"). */
export class Bottleneck implements Module {
  readonly conv1: Conv2d
  readonly bn1: Norm
  readonly conv2: Conv2d
  readonly bn2: Norm
  readonly conv3: Conv2d
  readonly bn3: Norm
  readonly downsample: [Conv2d, Norm] | undefined

  constructor(options: BlockOptions) {
    const { inputs, inner, outputs, stride, gamma, norm } = options
    this.conv1 = convolution(inputs, inner, 1, norm)
    this.bn1 = createNorm(norm, inner)
    this.conv2 = convolution(inner, inner, 3, norm, { stride, padding: 1 })
    this.bn2 = createNorm(norm, inner)
    this.conv3 = convolution(inner, outputs, 1, norm)
    this.bn3 = createNorm(norm, outputs, { gamma })
    this.downsample = shortcut(options)
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const y = this.bn1.forward(this.conv1.forward(x), pass, { relu: true })
    const z = this.bn2.forward(this.conv2.forward(y), pass, { relu: true })
    const residual = this.downsample ? forwardAll(this.downsample, x, pass) : x
    return this.bn3.forward(this.conv3.forward(z), pass, { residual, relu: true })
  }
}
