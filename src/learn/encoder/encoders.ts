/** Choice 2, what turns a view into features: the encoders by name. */
import { suggestion, UsageError } from '../../errors.js'
import { ResNet, type ResNetDepth } from '../../nn/index.js'
import { Amdim } from './amdim.js'
import { createCpcEncoder } from './cpc.js'
import { SmallNet } from './small.js'
import type { EncoderFactory, EncoderSpec } from './spec.js'
import { VITS } from './vit.js'

/** Pictures up to this side keep their resolution in the first layer. */
const CIFAR_STEM_UP_TO = 64

const resnet =
  (depth: ResNetDepth): EncoderFactory =>
  ({ channels, size, width, norm, firstLayer }) =>
    new ResNet({
      depth,
      channels,
      width,
      norm,
      firstLayer,
      stem: size <= CIFAR_STEM_UP_TO ? 'cifar' : 'imagenet',
    })

export const ENCODERS: Readonly<Record<string, EncoderFactory>> = {
  small: (options) => new SmallNet(options),
  resnet18: resnet(18),
  resnet34: resnet(34),
  resnet50: resnet(50),
  resnet101: resnet(101),
  resnet152: resnet(152),
  resnet200: resnet(200),
  amdim: ({ channels, size, width, norm }) => new Amdim({ channels, size, width, norm }),
  cpc: createCpcEncoder,
  ...VITS,
}

export const ENCODER_DEFAULTS: Omit<EncoderSpec, 'name'> = {
  width: 1,
  norm: 'batch',
  firstLayer: 'random',
  patch: 16,
  pool: 'class',
  positions: 'learned',
  frozenPatches: false,
  dropPath: 0,
}

/** The short form of an encoder, as `parseEncoder` reads it. */
export function encoderName({ name, width, patch }: EncoderSpec): string {
  return `${name}${width === 1 ? '' : `x${width}`}${Object.hasOwn(VITS, name) ? `/${patch}` : ''}`
}

/** Whether an encoder computes by matrix products in the main, as transformers do, and not by convolutions. */
export function isMostlyProducts({ name }: Pick<EncoderSpec, 'name'>): boolean {
  return Object.hasOwn(VITS, name)
}

/** Patches of the vision transformers that are made for small pictures. */
const PATCHES: Readonly<Record<string, number>> = { 'vit-mini': 4 }

/** @throws UsageError with the nearest right name */
export function findEncoder(name: string): EncoderFactory {
  // not ENCODERS[name]: 'constructor' is no encoder
  if (!Object.hasOwn(ENCODERS, name)) {
    throw new UsageError(`there is no encoder '${name}': ${suggestion(name, Object.keys(ENCODERS))}`)
  }
  return ENCODERS[name] as EncoderFactory
}

/**
 * An encoder as it is written on the command line: a name, then `x2` for twice the width and `/8` for patches of 8 px,
 * as in `resnet50x2` and `vit-s/8`.
 * @throws UsageError for an unknown name, with the nearest right one, and for a width or patch of 0
 */
export function parseEncoder(text: string): Pick<EncoderSpec, 'name' | 'width' | 'patch'> {
  const [, name = text, width, patch] = /^(.+?)(?:x(\d+(?:\.\d+)?))?(?:\/(\d+))?$/.exec(text) ?? []
  findEncoder(name)
  if (Number(width ?? 1) === 0 || Number(patch ?? 1) === 0) {
    throw new UsageError(
      `expected a width and patch above 0 in the encoder '${text}': write for example ${name}x2`,
    )
  }
  const usual = Object.hasOwn(PATCHES, name) ? PATCHES[name] : undefined
  return { name, width: Number(width ?? 1), patch: Number(patch ?? usual ?? ENCODER_DEFAULTS.patch) }
}

/** What a short form, or a change to some of an encoder's options, sets. @throws UsageError as `parseEncoder` */
export function encoderChange(
  given: string | Partial<EncoderSpec> | undefined,
): Partial<EncoderSpec> | undefined {
  return typeof given === 'string' ? parseEncoder(given) : given
}
