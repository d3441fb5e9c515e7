/** Everything that determines a run, as plain JSON: what `run.json` holds and what a config file may change. */
import { suggestion, UsageError } from '../errors.js'
import type { View } from './augment/view.js'
import type { EncoderSpec } from './encoder/encoder.js'
import { ENCODER_DEFAULTS, parseEncoder } from './encoder/encoders.js'
import type { LossOptions } from './loss/loss.js'
import type { Method } from './method.js'
import { type DataFacts, type PresetName, presetOf, type ViewChanges } from './presets.js'
import { explain } from './settings-explain.js'
import { type Settings, settingsSchema } from './settings-schema.js'

export type { DataFacts } from './presets.js'
export type { Settings } from './settings-schema.js'

/** A config: any part of the settings, to any depth. Lists are replaced as a whole; an encoder may be its short form. */
export type Overrides = DeepPartial<Omit<Settings, 'method' | 'preset' | 'channels' | 'encoder'>> & {
  encoder?: string | Partial<EncoderSpec> | undefined
}
type DeepPartial<T> = T extends readonly unknown[] | null
  ? T
  : T extends object
    ? { [K in keyof T]?: DeepPartial<T[K]> | undefined }
    : T

/**
 * The method's own choices, then the preset's numbers, then the user's overrides.
 * @throws UsageError for an unknown key (with the nearest right one) or a value out of range
 */
export function resolveSettings(
  method: Method,
  presetName: PresetName,
  { encoder, ...overrides }: Overrides,
  data: DataFacts,
  precision: Settings['precision'],
): Settings {
  const recipe = presetOf(method, presetName).recipe(data)
  const base: Settings = {
    method: method.name,
    preset: presetName,
    encoder: { ...ENCODER_DEFAULTS, ...parseEncoder(recipe.encoder), ...recipe.encoderOptions },
    size: recipe.size,
    channels: data.channels,
    views: adapt(method.views, recipe.views),
    projector: { ...method.projector, ...recipe.projector },
    predictor: method.predictor && { ...method.predictor, ...recipe.predictor },
    target: recipe.target ?? method.target,
    loss: { ...method.loss.options, ...recipe.loss },
    readout: { network: 'online', layers: 0, ...method.readout },
    batch: recipe.batch,
    accumulate: 1,
    epochs: recipe.epochs,
    warmup: recipe.warmup,
    optimizer: recipe.optimizer,
    learningRate: recipe.learningRate,
    finalLearningRate: recipe.finalLearningRate ?? 0,
    clip: recipe.clip ?? null,
    freezePrototypes: recipe.freezePrototypes ?? 0,
    precision,
    evalSize: overrides.evalSize ?? overrides.size ?? recipe.evalSize,
    evalShare: recipe.evalShare,
    measureEvery: 25,
    seed: 0,
  }
  const chosen = typeof encoder === 'string' ? parseEncoder(encoder) : encoder
  return validate(merge(base, { ...overrides, encoder: chosen }), method)
}

function adapt(views: readonly View[], changes: ViewChanges = {}): Settings['views'] {
  const { area, localArea, locals = Number.POSITIVE_INFINITY, jitter = 1, blur, solarize } = changes
  let local = 0
  return views
    .filter(({ scale }) => scale === undefined || local++ < locals)
    .map((view) => {
      const whole: View['crop']['area'] = [
        Math.min(area ?? view.crop.area[0], view.crop.area[1]),
        view.crop.area[1],
      ]
      const { probability, ...amounts } = view.jitter
      const scaled = Object.entries(amounts).map(([name, amount]) => [name, amount * jitter])
      return {
        ...view,
        crop: { ...view.crop, area: view.scale === undefined ? whole : (localArea ?? view.crop.area) },
        jitter: { probability, ...(Object.fromEntries(scaled) as typeof amounts) },
        blur: { ...view.blur, ...blur },
        solarize: { ...view.solarize, ...solarize },
      }
    })
}

/** Settings that come in forms with numbers of their own, and the key that says which. */
const FORMS: Record<string, string> = { optimizer: 'name', target: 'from' }

function merge(base: unknown, change: unknown, form?: string): unknown {
  if (change === undefined) return base
  if (!isRecord(base) || !isRecord(change)) return change
  // another form has other numbers: keep only what was given
  if (form && form in change && change[form] !== base[form]) return change
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(change)) merged[key] = merge(base[key], value, FORMS[key])
  return merged
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @throws UsageError naming the first thing that is wrong */
export function validate(settings: unknown, method: Method): Settings {
  const result = settingsSchema.safeParse(settings)
  if (!result.success)
    throw new UsageError(explain(result.error.issues[0] as Parameters<typeof explain>[0], settings))
  checkLoss(result.data.loss, method)
  checkTogether(result.data, method)
  return result.data
}

/** A loss's options are those of its default, of the same kinds. */
function checkLoss(given: LossOptions, { name, loss: { options } }: Method): void {
  for (const [key, value] of Object.entries(given)) {
    const known = options[key]
    if (known === undefined) {
      const keys = Object.keys(options)
      const hint = keys.length > 0 ? suggestion(key, keys) : 'it has none'
      throw new UsageError(`the loss of ${name} has no option '${key}': ${hint}`)
    }
    if (typeof value !== typeof known) {
      throw new UsageError(
        `the setting 'loss.${key}' is not right: expected a ${typeof known}, got ${JSON.stringify(value)}`,
      )
    }
  }
}

function checkTogether({ batch, accumulate, views, target, projector }: Settings, method: Method): void {
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
  const online = views.filter(({ seenBy }) => seenBy !== 'target').length
  if (online === 0)
    throw new UsageError("no view is seen by the online network: give one without seenBy: 'target'")
  if (views.length < method.views.length && views.length < 2) {
    throw new UsageError(`${method.name} compares views of a picture: give at least 2 in the setting 'views'`)
  }
  if (method.projector.prototypes > 0 && projector.prototypes === 0) {
    throw new UsageError(`${method.name} needs prototypes: give a number above 0 in 'projector.prototypes'`)
  }
  if (
    target.from === 'self' &&
    method.extract.needs === 'tokens' &&
    views.some(({ mask }) => mask?.kind === 'block')
  ) {
    throw new UsageError(
      `${method.name} needs a target that sees what is hidden: set target.from to 'follower'`,
    )
  }
}
