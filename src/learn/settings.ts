/** Everything that determines a run, as plain JSON: what `run.json` holds and what a config file may change. */
import { z } from 'zod'
import { suggestion, UsageError } from '../errors.js'
import type { View } from './augment/view.js'
import type { Method } from './method.js'
import { PRESET_NAMES, type PresetName, type Recipe } from './presets.js'

const share = z.number().min(0).max(1)
const whole = z.int().min(1)
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
    brightness: z.number().min(0),
    contrast: z.number().min(0),
    saturation: z.number().min(0),
    hue: z.number().min(0).max(0.5),
  }),
  grayscale: share,
  blur: z.strictObject({ probability: share, sigma: range(), kernel: share }),
  solarize: z.strictObject({ probability: share, threshold: share }),
})

const norm = z.enum(['batch', 'none'])
const optimizerSchema = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('lars'),
    momentum: share,
    weightDecay: z.number().min(0),
    trust: z.number().positive(),
  }),
  z.strictObject({
    name: z.literal('sgd'),
    momentum: share,
    weightDecay: z.number().min(0),
    nesterov: z.boolean(),
  }),
  z.strictObject({
    name: z.literal('adamw'),
    weightDecay: z.number().min(0),
    betas: z.tuple([share, share]).readonly(),
  }),
])

export const settingsSchema = z.strictObject({
  method: z.string(),
  preset: z.enum(PRESET_NAMES),
  encoder: z.string(),
  size: z.int().min(8).max(1024),
  channels: whole,
  views: z.array(viewSchema).min(2).readonly(),
  projector: z.strictObject({ hidden: whole, outputs: whole, norm }),
  predictor: z.strictObject({ hidden: whole, norm }).nullable(),
  target: z.strictObject({ tau: share, schedule: z.enum(['cosine', 'constant']) }),
  batch: z.int().min(2),
  /** Parts a batch is computed in; the optimiser and the target still move once a batch. */
  accumulate: whole,
  epochs: z.number().positive(),
  warmup: z.number().min(0),
  optimizer: optimizerSchema,
  learningRate: z.number().min(0),
  precision: z.enum(['float32', 'bfloat16']),
  /** Side that pictures are judged at, in pixels. */
  evalSize: z.int().min(8).max(1024),
  evalShare: share,
  /** Steps between two measurements of collapse. */
  measureEvery: whole,
  seed: z.int().min(0),
})

export type Settings = z.infer<typeof settingsSchema>

/** A config: any part of the settings, to any depth. Lists are replaced as a whole. */
export type Overrides = DeepPartial<Omit<Settings, 'method' | 'preset' | 'channels'>>
type DeepPartial<T> = T extends readonly unknown[] | null
  ? T
  : T extends object
    ? { [K in keyof T]?: DeepPartial<T[K]> }
    : T

export interface DataFacts {
  pictures: number
  channels: number
  nativeSize: number
}

/**
 * The method's own choices, then the preset's numbers, then the user's overrides.
 * @throws UsageError for an unknown key (with the nearest right one) or a value out of range
 */
export function resolveSettings(
  method: Method,
  presetName: PresetName,
  overrides: Overrides,
  data: DataFacts,
  precision: Settings['precision'],
): Settings {
  const recipe = method.presets[presetName].recipe(data)
  const base: Settings = {
    method: method.name,
    preset: presetName,
    encoder: recipe.encoder,
    size: recipe.size,
    channels: data.channels,
    views: method.views.map((view) => adapt(view, recipe.views)),
    projector: { ...method.projector, ...recipe.projector },
    predictor: method.predictor && { ...method.predictor, ...recipe.predictor },
    target: recipe.target,
    batch: recipe.batch,
    accumulate: 1,
    epochs: recipe.epochs,
    warmup: recipe.warmup,
    optimizer: recipe.optimizer,
    learningRate: recipe.learningRate,
    precision,
    evalSize: overrides.evalSize ?? overrides.size ?? recipe.evalSize,
    evalShare: recipe.evalShare,
    measureEvery: 25,
    seed: 0,
  }
  return validate(merge(base, overrides) as Settings)
}

function adapt(view: View, changes: Recipe['views'] = {}): Settings['views'][number] {
  const { area, blur, solarize } = changes
  return {
    ...view,
    crop: { ...view.crop, area: [area ?? view.crop.area[0], view.crop.area[1]] },
    blur: { ...view.blur, ...blur },
    solarize: { ...view.solarize, ...solarize },
  }
}

function merge(base: unknown, change: unknown): unknown {
  if (change === undefined) return base
  if (!isRecord(base) || !isRecord(change)) return change
  // another optimiser has other numbers: keep only what was given
  if ('name' in change && change.name !== base.name) return change
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(change)) merged[key] = merge(base[key], value)
  return merged
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @throws UsageError naming the first thing that is wrong */
export function validate(settings: unknown): Settings {
  const result = settingsSchema.safeParse(settings)
  if (!result.success) throw new UsageError(explain(result.error.issues[0] as z.core.$ZodIssue, settings))
  checkTogether(result.data)
  return result.data
}

function explain(issue: z.core.$ZodIssue, settings: unknown): string {
  const path = issue.path.join('.')
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] as string
    const where = path === '' ? 'the settings have' : `'${path}' has`
    return `${where} no key '${key}': ${suggestion(key, keysAt(issue.path, settings))}`
  }
  const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)[key], settings)
  const subject = path === '' ? 'the settings are' : `the setting '${path}' is`
  if (value === undefined) return `${subject} missing: ${expectation(issue)}`
  return `${subject} not right: ${expectation(issue)}, got ${JSON.stringify(value) ?? String(value)}`
}

/** zod's message in plain words. */
function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_small':
      return `expected ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}${issue.origin === 'array' ? ' of them' : ''}`
    case 'too_big':
      return `expected at most ${issue.maximum}${issue.origin === 'array' ? ' of them' : ''}`
    case 'invalid_value':
      return `expected ${issue.values.map((value) => `'${String(value)}'`).join(' or ')}`
    case 'invalid_type':
      return `expected ${NOUNS[issue.expected] ?? issue.expected}`
    default:
      return issue.message.replace(/^Invalid discriminator value. E/, 'e')
  }
}

const NOUNS: Partial<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a word',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  tuple: 'a list',
}

type AnySchema = {
  shape?: Record<PropertyKey, AnySchema>
  options?: readonly AnySchema[]
  element?: AnySchema
  unwrap?: () => AnySchema
}

/** The keys that the settings may have at `path`. */
function keysAt(path: readonly PropertyKey[], settings: unknown): string[] {
  let schema = objectOf(settingsSchema as unknown as AnySchema, settings)
  let value = settings
  for (const key of path) {
    value = (value as Record<PropertyKey, unknown>)[key]
    schema = objectOf((schema.shape?.[key] ?? schema.element) as AnySchema, value)
  }
  return Object.keys(schema.shape ?? {})
}

/** A schema without its wrappers; of several forms the one that `value` names. */
function objectOf(schema: AnySchema, value: unknown): AnySchema {
  if (schema.options) {
    const fits = ({ shape }: AnySchema) =>
      (shape?.name as z.ZodLiteral | undefined)?.value === (value as { name?: unknown }).name
    return schema.options.find(fits) ?? schema
  }
  return schema.shape || schema.element || !schema.unwrap ? schema : objectOf(schema.unwrap(), value)
}

function checkTogether({ batch, accumulate }: Settings): void {
  if (batch % accumulate !== 0) {
    throw new UsageError(
      `a batch of ${batch} cannot be split into ${accumulate} equal parts: choose a divisor`,
    )
  }
  if (batch / accumulate < 2) {
    throw new UsageError(
      'batch norm and the collapse measures need at least 2 pictures a part: use a larger batch or fewer parts',
    )
  }
}
