/** One network of a study, and the name that its result has in the store. */
import { createHash } from 'node:crypto'
import { ENCODER_DEFAULTS } from '../learn/encoder/spec.js'
import type { Settings } from '../learn/settings.js'

/** Everything that a result depends on. Studies that ask for equal trials share the result. */
export interface Trial {
  /** What `openData` takes. */
  data: string
  /** Of pictures that are no named set: their fingerprint, as other pictures may come to lie under the same path. */
  looks?: string
  /** Of a method that a user's own study makes of parts: a digest of their source text. */
  parts?: string
  /** Training pictures, at even distances among the set's. */
  pictures: number
  settings: Settings
  untrained: boolean
  /** Layers of the projector that are judged as well, each on top of those before. */
  readouts: number
}

/** Raised when what is measured changes, so that earlier results are measured anew. */
const MEASURED = 1
/** Raised when untrained networks get their running statistics in another way. */
const CALIBRATED = 2

/**
 * A trial's name in the store: a hash of all that it depends on, except the precision, which is the machine's: a study
 * goes on on another machine, and each result has the precision it was measured in.
 */
export function trialId({ settings, ...trial }: Trial): string {
  const { precision: _, encoder, ...own } = settings
  // as earlier versions wrote it: the options of every kind, and no first layer where it is random
  const whole = { ...ENCODER_DEFAULTS, ...encoder }
  const { firstLayer, ...rest } = whole
  const version = { measured: MEASURED, ...(trial.untrained && { calibrated: CALIBRATED }) }
  const text = JSON.stringify(
    sorted({ ...trial, settings: { ...own, encoder: firstLayer === 'random' ? rest : whole }, ...version }),
  )
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

/** The same value with the keys of all objects in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, own]) => [key, sorted(own)]),
  )
}
