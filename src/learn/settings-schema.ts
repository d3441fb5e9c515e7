/** What settings look like, with their bounds and what each says; the table in docs/methods.md is made of it. */
import { z } from 'zod'
import { NORM_NAMES } from '../nn/index.js'
import { type EncoderSpec, encoderSchema, ownEncoderSchema } from './encoder/spec.js'
import { PRESET_NAMES } from './presets.js'

const share = z.number().min(0).max(1)
const whole = z.int().min(1)
// float32, in which all is computed, ends at 3.4e38
const least = z.number().min(0).max(1e30)
/** From a low to a high positive number. */
const range = (most = Number.MAX_VALUE) => {
  const end = z.number().positive().max(most)
  return z
    .tuple([end, end])
    .refine(([low, high]) => low <= high, 'expected the lower number first')
    .readonly()
}

const viewSchema = z.strictObject({
  crop: z.strictObject({
    area: range(1).describe('share of the picture’s area that the view is cut from'),
    ratio: range().describe('its width over its height'),
  }),
  flip: share.describe('probability of mirroring left and right'),
  jitter: z.strictObject({
    probability: share.describe('of changing colours at all'),
    brightness: least.describe('most that is added or taken away'),
    contrast: least.describe('most by which the factor differs from 1'),
    saturation: least.describe('the same'),
    hue: z.number().min(0).max(0.5).describe('most of a turn; 1 would be the full circle'),
  }),
  grayscale: share.describe('probability of losing the colour'),
  blur: z.strictObject({
    probability: share.describe('of blurring'),
    sigma: range().describe('deviation of the Gaussian in pixels, at 224 px'),
    kernel: share.describe('where it is cut off, as a share of the view’s side'),
  }),
  solarize: z.strictObject({
    probability: share.describe('of inverting what is bright'),
    threshold: share.describe('brightness from which on'),
  }),
  translate: z
    .strictObject({
      probability: share.describe('of moving the view'),
      share: z.number().min(0).max(0.5).describe('most of its side by which it moves'),
    })
    .optional(),
  sharedFlip: z.boolean().optional().describe('all views of a picture are mirrored, or none is'),
  scale: z
    .number()
    .positive()
    .max(1)
    .optional()
    .describe('side of the view as a share of `size`; 1 unless given'),
  seenBy: z
    .enum(['both', 'online', 'target'])
    .optional()
    .describe('the networks it is shown to; both unless given'),
  mask: z
    .strictObject({
      kind: z.enum(['random', 'block']).describe('single patches, or rectangles of them'),
      probability: share.describe('of hiding any; `random` needs 1'),
      share: range(1).describe('of the patches that are hidden'),
    })
    .optional(),
})

const norm = z.enum(NORM_NAMES)
const headSchema = z.strictObject({
  hidden: whole.describe('width between the layers'),
  outputs: z.int().min(0).describe('width of the result; 0 where the method compares none'),
  layers: whole.describe('linear maps; 1 has no hidden layer'),
  norm: norm.describe('after each hidden layer'),
  outputNorm: norm.describe('after the last layer'),
  outputAffine: z.boolean().describe('whether that last norm has a scale and shift of its own'),
  activation: z.enum(['relu', 'gelu']).describe('after each hidden layer'),
  outputBias: z.boolean().describe('whether the last layer has a bias'),
  prototypes: z.int().min(0).describe('vectors that the result is compared with; 0 for none'),
})
const predictorSchema = headSchema.omit({ outputs: true, prototypes: true }).extend({
  learningRate: least.describe('multiplies the learning rate'),
  schedule: z.enum(['cosine', 'constant']).describe('`constant` keeps its rate through the run'),
  updates: whole.describe('steps it takes for each step of the rest'),
})

const decay = {
  weightDecay: least.describe('share of the weights that is taken away, times the rate'),
  finalWeightDecay: least.optional().describe('where a cosine brings it; it stays level unless given'),
}
const momentum = share.describe('of the gradients before')
const adam = {
  ...decay,
  betas: z.tuple([share, share]).readonly().describe('momenta of the gradient and of its square'),
  eps: z.number().positive().optional().describe('added to the root of the square; 1e-8 unless given'),
}
const optimizerSchema = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('lars').describe('the rule'),
    momentum,
    ...decay,
    trust: z.number().positive().describe('length of a step over that of the weights'),
  }),
  z.strictObject({
    name: z.literal('sgd').describe('the rule'),
    momentum,
    ...decay,
    nesterov: z.boolean().describe('looks a step ahead'),
  }),
  z.strictObject({ name: z.literal('adamw').describe('the rule'), ...adam }),
  z.strictObject({ name: z.literal('adam').describe('the rule, its decay a part of the gradient'), ...adam }),
  z.strictObject({ name: z.literal('none').describe('no rule: the loss has a solution'), ...decay }),
])

const targetSchema = z.discriminatedUnion('from', [
  z.strictObject({
    from: z
      .literal('follower')
      .describe('targets come from an exponential moving average (EMA) of the online network'),
    tau: share.describe('share of itself that it keeps each step: 0 is a copy, 1 never moves'),
    schedule: z.enum(['cosine', 'constant']).describe('`cosine` brings tau to 1 by the end'),
    start: z.enum(['own', 'copy']).describe('random weights of its own, or the online network’s'),
  }),
  z.strictObject({
    from: z.literal('self').describe('they come from the online network itself'),
    stopGradient: z.boolean().describe('whether its targets are constants to the gradient'),
  }),
])

export const settingsSchema = z.strictObject({
  method: z.string().describe('its name'),
  preset: z.enum(PRESET_NAMES).describe('whose numbers come first'),
  encoder: encoderSchema,
  size: z.int().min(8).max(1024).describe('side of the views in pixels'),
  channels: whole.describe('of the pictures, which decide it'),
  input: z.strictObject({
    maximum: z.int().min(1).max(65535).describe('value of full brightness'),
    mean: z.array(z.number()).readonly().describe('a number a channel, which is taken away'),
    std: z
      .array(z.number().positive())
      .readonly()
      .describe('a number a channel, which is divided by; the papers’ for photographs, else measured'),
  }),
  views: z.array(viewSchema).min(1).readonly(),
  projector: headSchema,
  predictor: predictorSchema.nullable(),
  target: targetSchema,
  loss: z
    .record(z.string(), z.union([z.number(), z.boolean(), z.string()]))
    .describe('the method’s own options, in the table below'),
  readout: z.strictObject({
    network: z.enum(['online', 'target']).describe('which one is judged and kept'),
    layers: z.int().min(0).describe('hidden layers of the projector that are kept on top'),
  }),
  batch: z.int().min(2).describe('pictures an optimiser step'),
  accumulate: whole.describe('parts a batch is computed in; optimiser and target still move once a batch'),
  epochs: z.number().positive().describe('passes over all pictures'),
  warmup: least.describe('epochs in which the learning rate rises'),
  optimizer: optimizerSchema,
  learningRate: least.describe('for a batch of 256; times batch / 256'),
  finalLearningRate: share.describe('where the cosine ends, as a share of it'),
  clip: z
    .number()
    .positive()
    .nullable()
    .describe('longest gradient of a single parameter; null for no bound'),
  freezePrototypes: least.describe(
    'epochs at the start in which prototypes, and what else a part says is frozen at first, stay as they are',
  ),
  precision: z.enum(['float32', 'bfloat16']).describe('of the large products'),
  evalSize: z.int().min(8).max(1024).describe('side that pictures are judged at, in pixels'),
  evalShare: share.describe('share of the short side that is looked at then'),
  measureEvery: whole.describe('steps between two measurements of collapse'),
  seed: z.int().min(0).describe('number that all chance depends on'),
  given: z
    .strictObject({
      learningRate: least.describe('multiplies the rate of an encoder that was given with `init`'),
      frozen: share.describe('of the steps, at the start, in which only the fresh heads learn'),
    })
    .optional(),
})

/** Settings that come in forms with keys of their own: which key says the form, and the forms. */
export const FORMS = {
  optimizer: { key: 'name', schema: optimizerSchema },
  target: { key: 'from', schema: targetSchema },
} as const

/** For a method with an encoder of the user's own. */
export const ownSettingsSchema = settingsSchema.extend({ encoder: ownEncoderSchema })

export type Settings = Omit<z.infer<typeof settingsSchema>, 'encoder'> & { encoder: EncoderSpec }
/** How views are made. Probabilities are in [0, 1]; operations apply in the order of the fields, jitter's four in a random order. */
export type View = z.infer<typeof viewSchema>
export type MaskSpec = NonNullable<View['mask']>
/** Linear maps with a norm and an activation after each but the last. */
export type HeadSpec = z.infer<typeof headSchema>
/** A head with a learning rate of its own. */
export type PredictorSpec = z.infer<typeof predictorSchema>
/** Biases and norms are exempt from decay and trust ratio, but for `adam`, whose decay is coupled. */
export type OptimizerSpec = z.infer<typeof optimizerSchema>
/** The network whose outputs are the online network's targets: an EMA of it, or itself. */
export type TargetSpec = z.infer<typeof targetSchema>
