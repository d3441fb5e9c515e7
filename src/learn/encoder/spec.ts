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
  // runs from before there was a choice have none
  registers: z
    .int()
    .min(0)
    .max(64)
    .default(0)
    .describe('tokens without a place, for what belongs to no patch'),
}

const codes = z.strictObject({
  stride: z.int().min(1).describe('pixels from one patch to the next'),
  atoms: z.int().min(2).max(16_384).describe('patches in the dictionary'),
  apart: z.number().min(0).max(1).describe('largest cosine of two of them'),
  alike: z.number().gt(0).lt(1).describe('share of all cosines that count as alike'),
  grid: z.int().min(1).describe('cells a side that codes are averaged over'),
  directions: z.int().min(1).describe('directions of the codes that are kept of each cell'),
  outputs: z.int().min(2).describe('length of the feature vector'),
})

const beside = z.strictObject({
  share: z
    .number()
    .positive()
    .max(100)
    .describe('length of the network’s part of the vector, where that of the codes is 1'),
  // runs from before there was a choice have none
  mirrored: z
    .boolean()
    .default(false)
    .describe('shows the trained network each picture mirrored as well, and takes the mean'),
})

const NAME = 'as its short form has it, without width and patch'
export const RESNETS = ['resnet18', 'resnet34', 'resnet50', 'resnet101', 'resnet152', 'resnet200'] as const
export const VIT_NAMES = ['vit-mini', 'vit-ti', 'vit-s', 'vit-b', 'vit-l'] as const

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
  z.strictObject({ name: z.literal('patch-codes').describe(NAME), patch: vit.patch, ...codes.shape }),
  z.strictObject({
    name: z.literal('joined').describe(NAME),
    // runs from before there was a choice have none
    width: width.default(1),
    norm,
    firstLayer,
    patch: vit.patch,
    ...codes.shape,
    ...beside.shape,
  }),
])

/** An encoder of the user's own, under any name: it is handed every option, and takes those that it wants. */
export const ownEncoderSchema = z.strictObject({ name: z.string(), width, norm, firstLayer, ...vit })

type OwnSpec = z.infer<typeof ownEncoderSchema>
type CodesSpec = z.infer<typeof codes>
export type EncoderSpec = z.infer<typeof encoderSchema> | OwnSpec
/** Some options of an encoder, whatever its kind. */
export type EncoderChange = Partial<OwnSpec & CodesSpec & z.infer<typeof beside>>

/** The options of all kinds as they are unless given, but for those of codes. */
export const ENCODER_DEFAULTS: Omit<OwnSpec, 'name'> = {
  width: 1,
  norm: 'batch',
  firstLayer: 'random',
  patch: 16,
  pool: 'class',
  positions: 'learned',
  frozenPatches: false,
  dropPath: 0,
  registers: 0,
}

/** Those of codes. */
export const CODES_DEFAULTS: CodesSpec = {
  stride: 1,
  atoms: 1024,
  apart: 0.6,
  alike: 0.03,
  grid: 5,
  directions: 384,
  outputs: 512,
}

/** Those of a network beside codes. */
export const BESIDE_DEFAULTS: z.infer<typeof beside> = { share: 0.5, mirrored: true }

/** What an encoder is made from; of the options that a built-in one does not have it is handed the usual values. */
export interface EncoderOptions
  extends Omit<OwnSpec, 'name'>,
    Partial<CodesSpec>,
    Partial<z.infer<typeof beside>> {
  /** Channels of the pictures. */
  channels: number
  /** Side of the views in pixels. */
  size: number
  /** Whether a ViT needs the token that stands in for masked patches. */
  maskToken?: boolean
}

/** Makes an encoder for pictures of some kind; a user's own is such a function. */
export type EncoderFactory = (options: EncoderOptions) => Encoder
