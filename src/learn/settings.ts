/** Everything that determines a run, as plain JSON: what `run.json` holds and what a config file may change. */

import { type InputSpec, photographInput } from '../encode/input.js'
import type { Preprocess } from '../encode/preprocess.js'
import { UsageError } from '../errors.js'
import { shown } from '../printable.js'
import { setting } from '../setting.js'
import { changedEncoder, encoderChange, recordedEncoder } from './encoder/encoders.js'
import type { EncoderChange } from './encoder/spec.js'
import { continued, type GivenFacts, inputOfWeights } from './given.js'
import type { LossOptions } from './loss/loss.js'
import type { Method } from './method.js'
import { type DataFacts, type PresetName, presetOf, type ViewChanges } from './presets.js'
import { WARMUP_SHARE } from './schedule.js'
import { checkLoss, checkTogether } from './settings-checks.js'
import { explain } from './settings-explain.js'
import { checkForms } from './settings-forms.js'
import type { View } from './settings-schema.js'
import { FORMS, ownSettingsSchema, type Settings, settingsSchema } from './settings-schema.js'

export type { GivenFacts } from './given.js'
export type { DataFacts } from './presets.js'
export type { Settings } from './settings-schema.js'

/** A config: any part of the settings, to any depth. Lists are replaced as a whole; an encoder may be its short form. */
export type Overrides = DeepPartial<Omit<Settings, 'method' | 'preset' | 'channels' | 'encoder'>> & {
  encoder?: string | EncoderChange | undefined
}
type DeepPartial<T> = T extends readonly unknown[] | null
  ? T
  : T extends object
    ? { [K in keyof T]?: DeepPartial<T[K]> | undefined }
    : T

/**
 * The method's own choices, then the preset's numbers, then the user's overrides.
 * @param init of the weights that are given to the encoder, where there are any: numbers for going on from them replace the preset's
 * @throws UsageError for an unknown key (with the nearest right one) or a value out of range
 */
export function resolveSettings(
  method: Method,
  presetName: PresetName,
  given: Overrides,
  data: DataFacts,
  precision: Settings['precision'],
  init?: GivenFacts,
): Settings {
  if (!isRecord(given)) {
    throw new UsageError(`the settings are not right: expected an object, got ${shown(given)}`)
  }
  for (const [key, instead] of Object.entries(CHOSEN_ELSEWHERE))
    if (key in given) throw new UsageError(`'${key}' is no setting to change: ${instead}`)
  const { encoder, ...overrides } = given
  if (overrides.given && !init)
    throw new UsageError(
      `'given' is for an encoder that begins from given weights: name them with ${setting('init')}, or leave it out`,
    )
  const scratch = presetOf(method, presetName).recipe(data)
  const {
    encoder: usual,
    views,
    predictor,
    loss,
    ...numbers
  } = init ? continued(scratch, init, encoderChange(encoder)?.patch) : scratch
  const choices = {
    projector: method.projector,
    predictor: method.predictor,
    target: method.target,
    loss: { ...method.loss.options },
    readout: method.readout,
  }
  const preset = {
    ...numbers,
    predictor: method.predictor ? predictor : undefined,
    loss: known(loss, method.loss.options),
  }
  const base = {
    ...mergeOverrides(USUAL, choices, preset),
    method: method.name,
    preset: presetName,
    encoder: changedEncoder(changedEncoder({}, usual, false), encoder, method.encoder !== undefined),
    channels: data.channels,
    input: { ...inputOf(data), ...inputOfWeights(init, data) },
    views: adapt(method.views, views),
    precision,
  } as Settings
  const merged = merge(base, overrides) as Settings
  checkForms(merged, overrides, method, data)
  return validate({ ...merged, ...implied(merged, base, overrides) }, method)
}

/** What most methods and presets leave as it is. */
const USUAL: Overrides = {
  readout: { network: 'online', layers: 0 },
  accumulate: 1,
  finalLearningRate: 0,
  clip: null,
  freezePrototypes: 0,
  measureEvery: 25,
  seed: 0,
}

/** What the settings hold besides those that can be given. */
const CHOSEN_ELSEWHERE = {
  method: `name the method beside the settings, as ${setting('method')}`,
  preset: `name the preset beside the settings, as ${setting('preset')}`,
  channels: 'the pictures decide it',
}

/** Numbers that were not given and make no sense beside those that were. */
function implied(merged: Settings, base: Settings, given: Overrides): Partial<Settings> {
  type Decay = { weightDecay?: number; finalWeightDecay?: number | undefined }
  const { optimizer } = merged
  const before: Decay = base.optimizer
  const decay = (given.optimizer ?? {}) as Decay
  // a weight decay that stays level stays so
  const level =
    'finalWeightDecay' in optimizer &&
    decay.weightDecay !== undefined &&
    decay.finalWeightDecay === undefined &&
    before.finalWeightDecay === before.weightDecay
  // pictures are judged at the size of views that was asked for
  const size = given.evalSize === undefined ? given.size : undefined
  // a run that is all warm-up would end at its highest rate
  const short = given.warmup === undefined && merged.warmup >= merged.epochs
  return {
    ...(level && { optimizer: { ...optimizer, finalWeightDecay: decay.weightDecay as number } }),
    ...(size !== undefined && { evalSize: size }),
    ...(short && { warmup: WARMUP_SHARE * merged.epochs }),
  }
}

function inputOf({ channels, input = photographInput(channels, 255) }: DataFacts): InputSpec {
  if (input) return input
  throw new RangeError(`pictures of ${channels} channels have no usual mean and deviation: measure them`)
}

/** A preset's numbers for a loss that the user has replaced by another do not count. */
function known(given: Overrides['loss'] = {}, options: LossOptions): Overrides['loss'] {
  return Object.fromEntries(Object.entries(given).filter(([key]) => key in options))
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
      return {
        ...view,
        crop: { ...view.crop, area: view.scale === undefined ? whole : (localArea ?? view.crop.area) },
        jitter: typeof jitter === 'number' ? stronger(view.jitter, jitter) : { ...view.jitter, ...jitter },
        blur: { ...view.blur, ...blur },
        solarize: { ...view.solarize, ...solarize },
      }
    })
}

/** All amounts of a colour jitter times `factor`; how often it happens stays. */
function stronger({ probability, ...amounts }: View['jitter'], factor: number): View['jitter'] {
  const scaled = Object.entries(amounts).map(([name, amount]) => [name, amount * factor])
  return { probability, ...(Object.fromEntries(scaled) as typeof amounts) }
}

/** Overrides laid over one another, key by key; later ones win, and an optimiser or target of another form replaces all of the earlier. */
export function mergeOverrides(...all: Overrides[]): Overrides {
  return all.reduce<unknown>((sum, one) => merge(sum, one), {}) as Overrides
}

/** The key that says which form a setting has, where it comes in several with numbers of their own. */
function formOf(setting: string): string | undefined {
  return Object.hasOwn(FORMS, setting) ? FORMS[setting as keyof typeof FORMS].key : undefined
}

function merge(base: unknown, change: unknown, form?: string): unknown {
  if (change === undefined) return base
  if (!isRecord(base) || !isRecord(change)) return change
  // another form has other numbers: keep only what was given
  if (form && form in change && change[form] !== base[form]) return change
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(change)) {
    // assigned, it would be no key, and what it holds would pass for settings
    if (key === '__proto__') throw new UsageError(`no setting is called '${key}': leave it out`)
    merged[key] = merge(Object.hasOwn(base, key) ? base[key] : undefined, value, formOf(key))
  }
  return merged
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Settings that are whole, as `run.json` has them.
 * @throws UsageError naming the first thing that is wrong
 */
export function validate(settings: unknown, method: Method): Settings {
  const result = method.encoder
    ? ownSettingsSchema.safeParse(settings)
    : settingsSchema.safeParse(withRecordedEncoder(settings))
  if (!result.success)
    throw new UsageError(explain(result.error.issues[0] as Parameters<typeof explain>[0], settings))
  checkLoss(result.data.loss, method)
  checkTogether(result.data, method)
  return result.data
}

function withRecordedEncoder(settings: unknown): unknown {
  if (!isRecord(settings) || !isRecord(settings.encoder)) return settings
  return { ...settings, encoder: recordedEncoder(settings.encoder) }
}

/** How a run's encoder is given its pictures when it is judged or used. */
export function preprocessOf({ evalSize, evalShare, channels, input, precision }: Settings): Preprocess {
  return { size: evalSize, share: evalShare, channels, input, precision }
}
