/** Choice 2, what turns a view into features: the encoders by name. */
import { suggestion, UsageError } from '../../errors.js'
import { type Module, ResNet } from '../../nn/index.js'
import { SmallNet } from './small.js'

export interface Encoder extends Module {
  /** Length of the pooled feature vector. */
  readonly features: number
}

export interface EncoderOptions {
  /** Channels of the pictures. */
  channels: number
  /** Side of the views in pixels. */
  size: number
}

/** Pictures up to this side keep their resolution in the first layer. */
const CIFAR_STEM_UP_TO = 64

const resnet =
  (depth: 18 | 34 | 50) =>
  ({ channels, size }: EncoderOptions) =>
    new ResNet({ depth, channels, stem: size <= CIFAR_STEM_UP_TO ? 'cifar' : 'imagenet' })

export const ENCODERS: Readonly<Record<string, (options: EncoderOptions) => Encoder>> = {
  small: (options) => new SmallNet(options),
  resnet18: resnet(18),
  resnet34: resnet(34),
  resnet50: resnet(50),
}

/** @throws UsageError with the nearest right name */
export function findEncoder(name: string): (options: EncoderOptions) => Encoder {
  const make = ENCODERS[name]
  if (!make) throw new UsageError(`there is no encoder '${name}': ${suggestion(name, Object.keys(ENCODERS))}`)
  return make
}
