/** CPC v2's encoder of patches: Hénaff et al. 2019 (arXiv 1905.09272), with the sizes of PyTorch Lightning Bolts. */
import { ResNet, type ResNetPlan } from '../../nn/index.js'

/** ResNet-161: a third stage that is deeper, and twice as wide inside and out, than a ResNet-101's. */
const PLAN: ResNetPlan = { blocks: [3, 4, 46, 3], planes: [1, 2, 8, 8], expansions: [4, 4, 8, 4] }

export interface CpcOptions {
  channels: number
  /** Multiplies the channels of every layer; at 1 there are 326 million parameters. */
  width?: number
}

/**
 * `[N, channels, h, w]`, patches of 8 px and more, to features `[N, 2048 · width]`. Always with layer normalisation:
 * batch normalisation lets the patches of one picture give each other away. Deviations from Bolts: a scale and shift a
 * channel, not one a channel and place, so that patches may have any size; and the mean over places, not flattening.
 */
export function createCpcEncoder({ channels, width = 1 }: CpcOptions): ResNet {
  return new ResNet({
    depth: PLAN,
    channels,
    width,
    stem: 'imagenet',
    norm: 'layer',
    zeroInitResidual: false,
  })
}
