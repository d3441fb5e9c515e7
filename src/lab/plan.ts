/** The trials that a study needs within a budget. */
import { createHash } from 'node:crypto'
import { UsageError } from '../errors.js'
import { encoderChange } from '../learn/encoder/encoders.js'
import type { EncoderChange } from '../learn/encoder/spec.js'
import type { Method } from '../learn/method.js'
import { findMethod } from '../learn/methods/index.js'
import type { DataFacts } from '../learn/presets.js'
import { planRun } from '../learn/schedule.js'
import { mergeOverrides, resolveSettings, type Settings, validate } from '../learn/settings.js'
import type { Base, BudgetName, Row, Spending, Study } from './study.js'
import type { Trial } from './trial.js'

export interface PlanOptions {
  budget: BudgetName
  /** Other pictures than the study's own. */
  data?: string
  /** In place of the budget's number. */
  seeds?: number
  /** Chooses the precision that an encoder is trained in. */
  precision: (encoder: Settings['encoder']) => Settings['precision']
}

export interface Planned {
  study: string
  row: string
  seed: number
  method: Method
  trial: Trial
}

export const SPENDING: Readonly<Record<BudgetName, Spending>> = {
  quick: { pictures: 6000, epochs: 1, seeds: 2 },
  full: { pictures: 30_000, epochs: 1, seeds: 3 },
}

/**
 * All trials of a study, the first seed of every row before the second of any, so that a study that is stopped early has
 * results of each row.
 * @param facts of all the set's training pictures
 * @param looks the fingerprint of pictures that are no named set
 * @throws UsageError when a row cannot be had on these pictures
 */
export function planStudy(study: Study, options: PlanOptions, facts: DataFacts, looks?: string): Planned[] {
  const { pictures, epochs, seeds } = { ...SPENDING[options.budget], ...study.spending?.[options.budget] }
  const some = { ...facts, pictures: Math.min(pictures, facts.pictures) }
  const numbers = Array.from({ length: options.seeds ?? seeds }, (_, seed) => seed)
  return numbers.flatMap((seed) =>
    study.rows.map((row) => ({
      study: study.name,
      row: row.name,
      seed,
      method: methodOf(study.base, row),
      trial: {
        data: dataOf(study, options),
        ...(looks && { looks }),
        ...partsOf(study, row),
        pictures: some.pictures,
        settings: settingsOf(study, row, { seed, epochs }, some, options.precision),
        untrained: row.untrained ?? false,
        readouts: row.readouts ?? 0,
      },
    })),
  )
}

/** A user may change a method between two runs of a study; the built-in ones change with MEASURED alone. */
function partsOf({ file, base }: Study, row: Row): Pick<Trial, 'parts'> {
  const method = row.method ?? base.method
  if (!file || typeof method === 'string') return {}
  const text = JSON.stringify(method, (_, value) => (typeof value === 'function' ? `${value}` : value))
  return { parts: createHash('sha256').update(text).digest('hex').slice(0, 16) }
}

/** The pictures a study is run on. */
export function dataOf({ base }: Study, { data }: Pick<PlanOptions, 'data'>): string {
  return data ?? base.data
}

/** Unless a row says otherwise, the first layer begins with random filters, as in the published tables. */
function asPublished(settings: Settings, given: EncoderChange = {}): Settings {
  const { encoder } = settings
  if (!('firstLayer' in encoder) || given.firstLayer !== undefined) return settings
  return { ...settings, encoder: { ...encoder, firstLayer: 'random' } }
}

/** The resolved settings of a row. @throws UsageError when it cannot be had on these pictures */
export function settingsOf(
  { name, base }: Study,
  row: Row,
  { seed, epochs }: { seed: number; epochs: number },
  facts: DataFacts,
  precisionFor: PlanOptions['precision'],
): Settings {
  const method = methodOf(base, row)
  const change = mergeOverrides({ epochs }, base.change, row.change ?? {}, { seed })
  try {
    const resolved = (precision: Settings['precision']) =>
      asPublished(resolveSettings(method, 'small', change, facts, precision), encoderChange(change.encoder))
    const settings = resolved(precisionFor(resolved('float32').encoder))
    planRun(settings, facts.pictures)
    return row.views ? validate({ ...settings, views: settings.views.map(row.views) }, method) : settings
  } catch (error) {
    throw error instanceof UsageError
      ? new UsageError(`the row '${row.name}' of ${name} cannot be had on these pictures: ${error.message}`)
      : error
  }
}

/** The method of a row: its own or the base's. */
export function methodOf(base: Base, row: Row): Method {
  const method = row.method ?? base.method
  return typeof method === 'string' ? findMethod(method) : method
}
