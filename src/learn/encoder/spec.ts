/** Choice 2, what turns a view into features: an encoder as data, by kind, and how one is made. */
import { z } from 'zod'
import type { Encoder } from '../../encode/encoder.js'
import { NORM_NAMES } from '../../nn/index.js'

const width = z.number().positive().max(16).describe('multiplies the channels')
const norm = z.enum(NORM_NAMES).describe('after each convolution')
// runs from before there was a choice have none
const firstLayer = z
  .enum(['random', 'whitening'])
  .default('random')
  .describe('what the first layer begins with: noise, or the principal components of the pictures’ patches')
const vit = {
  patch: z.int().min(1).describe('side of a patch in pixels'),
  pool: z
    .enum(['class', 'mean'])
    .describe('what the feature vector is: the class token, or the mean of the others'),
  positions: z.enum(['learned', 'fixed']).describe('the position embeddings'),
  frozenPatches: z.boolean().describe('keeps the patch projection as it was at first'),
  dropPath: z.number().min(0).max(0.99).describe('share of the branches that is dropped at the last block'),
}

const NAME = 'as its short form has it, without width and patch'
export const RESNETS = ['resnet18', 'resnet34', 'resnet50', 'resnet101', 'resnet152', 'resnet200'] as const
export const VIT_NAMES = ['vit-mini', 'vit-ti', 'vit-s', 'vit-b'] as const

/** The built-in kinds, each with the options that it has. */
export const encoderSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('small').describe(NAME), norm, firstLayer }),
  z.strictObject({ name: z.enum(RESNETS).describe(NAME), width, norm, firstLayer }),
  z.strictObject({ name: z.enum(VIT_NAMES).describe(NAME), ...vit }),
  z.strictObject({
    name: z.literal('amdim').describe(NAME),
    width,
    norm: z.enum(NORM_NAMES).describe('of the feature vector'),
  }),
  z.strictObject({ name: z.literal('cpc').describe(NAME), width }),
])

/** An encoder of the user's own, under any name: it is handed every option, and takes those that it wants. */
export const ownEncoderSchema = z.strictObject({ name: z.string(), width, norm, firstLayer, ...vit })

type OwnSpec = z.infer<typeof ownEncoderSchema>
export type EncoderSpec = z.infer<typeof encoderSchema> | OwnSpec
/** Some options of an encoder, whatever its kind. */
export type EncoderChange = Partial<OwnSpec>

/** The options of all kinds as they are unless given. */
export const ENCODER_DEFAULTS: Omit<OwnSpec, 'name'> = {
  width: 1,
  norm: 'batch',
  firstLayer: 'random',
  patch: 16,
  pool: 'class',
  positions: 'learned',
  frozenPatches: false,
  dropPath: 0,
}

/** What an encoder is made from; of the options that a built-in one does not have it is handed the usual values. */
export interface EncoderOptions extends Omit<OwnSpec, 'name'> {
  /** Channels of the pictures. */
  channels: number
  /** Side of the views in pixels. */
  size: number
  /** Whether a ViT needs the token that stands in for masked patches. */
  maskToken?: boolean
}

/** Makes an encoder for pictures of some kind; a user's own is such a function. */
export type EncoderFactory = (options: EncoderOptions) => Encoder
