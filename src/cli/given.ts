/** What of the settings the options of training give. */
import { mergeOverrides, type Overrides, parseEncoder } from '../learn/index.js'
import type { TrainOptions } from './options.js'
import { parseSets } from './set-option.js'

const CHOSEN_AT_THE_START = [
  'method',
  'preset',
  'encoder',
  'init',
  'epochs',
  'minutes',
  'batch',
  'accumulate',
  'size',
  'lr',
  'tau',
  'seed',
  'config',
] as const

/** The options among those given that a run which goes on has settled already. */
export function settingsGiven(options: TrainOptions): string[] {
  return [
    ...CHOSEN_AT_THE_START.filter((name) => options[name] !== undefined),
    ...(options.precision === 'auto' ? [] : ['precision']),
    ...(options.set.length > 0 ? ['set'] : []),
    ...(options.followLinks ? ['follow-links'] : []),
  ]
}

/** The settings that were given, by options of their own or by `--set`. */
export function overridesOf(options: TrainOptions): Overrides {
  const { encoder, epochs, batch, accumulate, size, lr, tau, seed } = options
  const own = {
    encoder: encoder === undefined ? undefined : parseEncoder(encoder),
    epochs,
    batch,
    accumulate,
    size,
    learningRate: lr,
    seed,
    target: tau === undefined ? undefined : { tau },
  }
  return mergeOverrides(compact(own) as Overrides, parseSets(options.set))
}

function compact(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined))
}
