/** What settings look like, with their bounds. */
import { z } from 'zod'
import { NORM_NAMES } from '../nn/index.js'
import { PRESET_NAMES } from './presets.js'

const share = z.number().min(0).max(1)
const whole = z.int().min(1)
const least = z.number().min(0)
/** From a low to a high positive number. */
const range = (most = Number.MAX_VALUE) => {
  const end = z.number().positive().max(most)
  return z
    .tuple([end, end])
    .refine(([low, high]) => low <= high, 'expected the lower number first')
    .readonly()
}

const viewSchema = z.strictObject({
  crop: z.strictObject({ area: range(1), ratio: range() }),
  flip: share,
  jitter: z.strictObject({
    probability: share,
    brightness: least,
    contrast: least,
    saturation: least,
    hue: z.number().min(0).max(0.5),
  }),
  grayscale: share,
  blur: z.strictObject({ probability: share, sigma: range(), kernel: share }),
  solarize: z.strictObject({ probability: share, threshold: share }),
  translate: z.strictObject({ probability: share, share: z.number().min(0).max(0.5) }).optional(),
  sharedFlip: z.boolean().optional(),
  scale: z.number().positive().max(1).optional(),
  seenBy: z.enum(['both', 'online', 'target']).optional(),
  mask: z.strictObject({ kind: z.enum(['random', 'block']), probability: share, share: range(1) }).optional(),
})

const norm = z.enum(NORM_NAMES)
const headSchema = z.strictObject({
  hidden: whole,
  outputs: z.int().min(0),
  layers: whole,
  norm,
  outputNorm: norm,
  outputAffine: z.boolean(),
  activation: z.enum(['relu', 'gelu']),
  outputBias: z.boolean(),
  prototypes: z.int().min(0),
})
const predictorSchema = headSchema.omit({ outputs: true, prototypes: true }).extend({
  learningRate: least,
  schedule: z.enum(['cosine', 'constant']),
  updates: whole,
})

const decay = { weightDecay: least, finalWeightDecay: least.optional() }
const betas = z.tuple([share, share]).readonly()
const optimizerSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('lars'), momentum: share, ...decay, trust: z.number().positive() }),
  z.strictObject({ name: z.literal('sgd'), momentum: share, ...decay, nesterov: z.boolean() }),
  z.strictObject({ name: z.literal('adamw'), ...decay, betas, eps: z.number().positive().optional() }),
  z.strictObject({ name: z.literal('adam'), ...decay, betas, eps: z.number().positive().optional() }),
])

const targetSchema = z.discriminatedUnion('from', [
  z.strictObject({
    from: z.literal('follower'),
    tau: share,
    schedule: z.enum(['cosine', 'constant']),
    start: z.enum(['own', 'copy']),
  }),
  z.strictObject({ from: z.literal('self'), stopGradient: z.boolean() }),
])

const encoderSchema = z.strictObject({
  name: z.string(),
  width: z.number().positive().max(16),
  norm,
  // runs from before there was a choice have none
  firstLayer: z.enum(['random', 'whitening']).default('random'),
  patch: whole,
  pool: z.enum(['class', 'mean']),
  positions: z.enum(['learned', 'fixed']),
  frozenPatches: z.boolean(),
  dropPath: z.number().min(0).max(0.99),
})

export const settingsSchema = z.strictObject({
  method: z.string(),
  preset: z.enum(PRESET_NAMES),
  encoder: encoderSchema,
  size: z.int().min(8).max(1024),
  channels: whole,
  /** What pixels are scaled and shifted by: the papers' constants for photographs, else measured on the pictures. */
  input: z.strictObject({
    maximum: z.int().min(1).max(65535),
    mean: z.array(z.number()).readonly(),
    std: z.array(z.number().positive()).readonly(),
  }),
  views: z.array(viewSchema).min(1).readonly(),
  projector: headSchema,
  predictor: predictorSchema.nullable(),
  target: targetSchema,
  /** The loss's own options; which there are is the method's business. */
  loss: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])),
  readout: z.strictObject({ network: z.enum(['online', 'target']), layers: z.int().min(0) }),
  batch: z.int().min(2),
  /** Parts a batch is computed in; the optimiser and the target still move once a batch. */
  accumulate: whole,
  epochs: z.number().positive(),
  warmup: least,
  optimizer: optimizerSchema,
  learningRate: least,
  /** Where the cosine ends, as a share of the learning rate. */
  finalLearningRate: share,
  /** Longest gradient of a single parameter; null for no bound. */
  clip: z.number().positive().nullable(),
  /** Epochs at the start in which prototypes stay as they are. */
  freezePrototypes: least,
  precision: z.enum(['float32', 'bfloat16']),
  /** Side that pictures are judged at, in pixels. */
  evalSize: z.int().min(8).max(1024),
  evalShare: share,
  /** Steps between two measurements of collapse. */
  measureEvery: whole,
  seed: z.int().min(0),
})

export type Settings = z.infer<typeof settingsSchema>
