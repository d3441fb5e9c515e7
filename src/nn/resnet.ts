/** ResNet v1 (He et al. 2015, arXiv 1512.03385) with torchvision's state-dict names. */
import { ops, type Tensor } from '../torch/index.js'
import { BatchNorm, Conv2d, forwardAll, globalAveragePool } from './layers.js'
import type { Module, Pass } from './module.js'

export interface ResNetOptions {
  depth: 18 | 34 | 50
  /** Channels of the pictures. */
  channels?: number
  /** `imagenet`: 7×7 stride 2, then max-pool; `cifar`: 3×3 stride 1, for pictures of about 32 px. */
  stem?: 'imagenet' | 'cifar'
  /** Channels of the first stage. */
  width?: number
  /** Starts every residual branch at zero (Goyal et al. 2017), as DeepMind's BYOL code does. */
  zeroInitResidual?: boolean
}

const PLANS = {
  18: { blocks: [2, 2, 2, 2], expansion: 1 },
  34: { blocks: [3, 4, 6, 3], expansion: 1 },
  50: { blocks: [3, 4, 6, 3], expansion: 4 },
} as const

/** `[N, channels, H, W]` to pooled features `[N, features]`. */
export class ResNet implements Module {
  readonly conv1: Conv2d
  readonly bn1: BatchNorm
  readonly layer1: Module[]
  readonly layer2: Module[]
  readonly layer3: Module[]
  readonly layer4: Module[]
  readonly features: number
  readonly #maxPool: boolean

  constructor({
    depth,
    channels = 3,
    stem = 'imagenet',
    width = 64,
    zeroInitResidual = true,
  }: ResNetOptions) {
    const { blocks, expansion } = PLANS[depth]
    const Block = expansion === 1 ? BasicBlock : Bottleneck
    const gamma = zeroInitResidual ? 0 : 1
    let inputs = width
    const stage = (index: number): Module[] =>
      Array.from({ length: blocks[index] as number }, (_, i) => {
        const planes = width * 2 ** index
        const block = new Block(inputs, planes, i === 0 && index > 0 ? 2 : 1, gamma)
        inputs = planes * expansion
        return block
      })
    this.#maxPool = stem === 'imagenet'
    this.conv1 =
      stem === 'imagenet'
        ? new Conv2d(channels, width, 7, { stride: 2, padding: 3 })
        : new Conv2d(channels, width, 3, { padding: 1 })
    this.bn1 = new BatchNorm(width)
    this.layer1 = stage(0)
    this.layer2 = stage(1)
    this.layer3 = stage(2)
    this.layer4 = stage(3)
    this.features = width * 8 * expansion
  }

  forward(x: Tensor, pass: Pass): Tensor {
    let y = this.bn1.forward(this.conv1.forward(x), pass, { relu: true })
    if (this.#maxPool) y = ops.max_pool2d(y, 3, { stride: 2, padding: 1 })
    for (const stage of [this.layer1, this.layer2, this.layer3, this.layer4]) y = forwardAll(stage, y, pass)
    return globalAveragePool(y)
  }
}

/** The 1×1 path beside a block that changes shape, named as torchvision's Sequential is: `downsample.0`, `downsample.1`. */
function shortcut(inputs: number, outputs: number, stride: number): [Conv2d, BatchNorm] | undefined {
  if (stride === 1 && inputs === outputs) return undefined
  return [new Conv2d(inputs, outputs, 1, { stride }), new BatchNorm(outputs)]
}

export class BasicBlock implements Module {
  readonly conv1: Conv2d
  readonly bn1: BatchNorm
  readonly conv2: Conv2d
  readonly bn2: BatchNorm
  readonly downsample: [Conv2d, BatchNorm] | undefined

  constructor(inputs: number, planes: number, stride: number, gamma: number) {
    this.conv1 = new Conv2d(inputs, planes, 3, { stride, padding: 1 })
    this.bn1 = new BatchNorm(planes)
    this.conv2 = new Conv2d(planes, planes, 3, { padding: 1 })
    this.bn2 = new BatchNorm(planes, { gamma })
    this.downsample = shortcut(inputs, planes, stride)
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
  readonly bn1: BatchNorm
  readonly conv2: Conv2d
  readonly bn2: BatchNorm
  readonly conv3: Conv2d
  readonly bn3: BatchNorm
  readonly downsample: [Conv2d, BatchNorm] | undefined

  constructor(inputs: number, planes: number, stride: number, gamma: number) {
    this.conv1 = new Conv2d(inputs, planes, 1)
    this.bn1 = new BatchNorm(planes)
    this.conv2 = new Conv2d(planes, planes, 3, { stride, padding: 1 })
    this.bn2 = new BatchNorm(planes)
    this.conv3 = new Conv2d(planes, planes * 4, 1)
    this.bn3 = new BatchNorm(planes * 4, { gamma })
    this.downsample = shortcut(inputs, planes * 4, stride)
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const y = this.bn1.forward(this.conv1.forward(x), pass, { relu: true })
    const z = this.bn2.forward(this.conv2.forward(y), pass, { relu: true })
    const residual = this.downsample ? forwardAll(this.downsample, x, pass) : x
    return this.bn3.forward(this.conv3.forward(z), pass, { residual, relu: true })
  }
}
