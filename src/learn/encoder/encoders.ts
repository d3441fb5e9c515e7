/** Choice 2, what turns a view into features: the encoders by name. */
import { suggestion, UsageError } from '../../errors.js'
import { ResNet, type ResNetDepth } from '../../nn/index.js'
import type { Overrides } from '../settings.js'
import { Amdim } from './amdim.js'
import { createCpcEncoder } from './cpc.js'
import { Joined } from './joined.js'
import { PatchCodes } from './patch-codes.js'
import { SmallNet } from './small.js'
import {
  BESIDE_DEFAULTS,
  CODES_DEFAULTS,
  ENCODER_DEFAULTS,
  type EncoderChange,
  type EncoderFactory,
  type EncoderSpec,
  encoderSchema,
} from './spec.js'
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
  'patch-codes': (options) => new PatchCodes({ ...CODES_DEFAULTS, ...options }),
  joined: (options) => new Joined({ ...CODES_DEFAULTS, ...BESIDE_DEFAULTS, ...options }),
  ...VITS,
}

/** The short form of an encoder, as `parseEncoder` reads it. */
export function encoderName(spec: EncoderSpec): string {
  const width = 'width' in spec && spec.width !== 1 ? `x${spec.width}` : ''
  return `${spec.name}${width}${isMostlyProducts(spec) && 'patch' in spec ? `/${spec.patch}` : ''}`
}

/** Whether an encoder computes by matrix products in the main, as transformers do, and not by convolutions. */
export function isMostlyProducts({ name }: Pick<EncoderSpec, 'name'>): boolean {
  return Object.hasOwn(VITS, name)
}

/** The options of all kinds, as they are unless given. */
const USUAL = { ...ENCODER_DEFAULTS, ...CODES_DEFAULTS, ...BESIDE_DEFAULTS }

/** Patches of the encoders that are made for small pictures. */
const PATCHES: Readonly<Record<string, number>> = { 'vit-mini': 4, 'patch-codes': 6, joined: 6 }

/** @throws UsageError with the nearest right name */
export function findEncoder(name: string): EncoderFactory {
  // not ENCODERS[name]: 'constructor' is no encoder
  if (!Object.hasOwn(ENCODERS, name)) {
    throw new UsageError(`there is no encoder '${name}': ${suggestion(name, Object.keys(ENCODERS))}`)
  }
  return ENCODERS[name] as EncoderFactory
}

/** The options of a built-in encoder. @throws UsageError with the nearest right name */
function optionsOf(name: string): string[] {
  findEncoder(name)
  const kind = encoderSchema.options.find(({ shape }) => shape.name.safeParse(name).success)
  return Object.keys(kind?.shape ?? {}).filter((key) => key !== 'name')
}

/**
 * An encoder as it is written on the command line: a name, then `x2` for twice the width and `/8` for patches of 8 px,
 * as in `resnet50x2` and `vit-s/8`.
 * @throws UsageError for an unknown name, with the nearest right one, and for a width or patch that is 0 or not an option there
 */
export function parseEncoder(text: string): EncoderChange & { name: string } {
  const [, name = text, width, patch] = /^(.+?)(?:x(\d+(?:\.\d+)?))?(?:\/(\d+))?$/.exec(text) ?? []
  const options = optionsOf(name)
  for (const [option, given] of Object.entries({ width, patch }))
    if (given !== undefined && !options.includes(option))
      throw new UsageError(noOption(name, option, options))
  if (Number(width ?? 1) === 0 || Number(patch ?? 1) === 0) {
    throw new UsageError(
      `expected a width and patch above 0 in the encoder '${text}': write for example ${options.includes('patch') ? `${name}/8` : `${name}x2`}`,
    )
  }
  const usual = Object.hasOwn(PATCHES, name) ? PATCHES[name] : undefined
  return {
    name,
    ...(options.includes('width') && { width: Number(width ?? 1) }),
    ...(options.includes('patch') && { patch: Number(patch ?? usual ?? ENCODER_DEFAULTS.patch) }),
  }
}

function noOption(name: string, option: string, options: readonly string[]): string {
  return `the encoder '${name}' has no option '${option}': there are: ${options.join(', ')}`
}

/**
 * A preset's encoder with a user's changes: one of another kind keeps the options that it has as well.
 * @param own whether it is the user's own function, which may take any option
 * @throws UsageError for an option that the encoder does not have
 */
export function changedEncoder(base: EncoderChange, given: Overrides['encoder'], own: boolean): EncoderSpec {
  const change = Object.entries(encoderChange(given) ?? {}).filter(([, value]) => value !== undefined)
  const all = { ...USUAL, ...base, ...Object.fromEntries(change) }
  const options = own ? Object.keys(ENCODER_DEFAULTS) : optionsOf(String(all.name))
  for (const [key] of change) {
    if (key === 'name' || options.includes(key)) continue
    if (Object.hasOwn(USUAL, key)) throw new UsageError(noOption(String(all.name), key, options))
    throw new UsageError(`'encoder' has no key '${key}': ${suggestion(key, ['name', ...options])}`)
  }
  return picked(all, options) as EncoderSpec
}

/** An encoder as `run.json` has it, where earlier versions wrote the options of every kind, without those that had no effect. */
export function recordedEncoder(encoder: EncoderChange): EncoderChange {
  const options = optionsOf(String(encoder.name))
  const foreign = Object.keys(ENCODER_DEFAULTS).filter((key) => !options.includes(key))
  return Object.fromEntries(Object.entries(encoder).filter(([key]) => !foreign.includes(key)))
}

function picked(all: EncoderChange, options: readonly string[]): EncoderChange {
  return Object.fromEntries(Object.entries(all).filter(([key]) => key === 'name' || options.includes(key)))
}

/** What a short form, or a change to some of an encoder's options, sets. @throws UsageError as `parseEncoder`, and for what is neither */
export function encoderChange(given: Overrides['encoder']): EncoderChange | undefined {
  if (given === undefined || (typeof given === 'object' && given !== null && !Array.isArray(given)))
    return given
  if (typeof given === 'string') return parseEncoder(given)
  throw new UsageError(
    `the setting 'encoder' is not right: expected a name or an object, got ${JSON.stringify(given)}`,
  )
}
