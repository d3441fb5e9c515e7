/** The beginning of a run: every setting is fixed, then run.json is written. */
import { basename, join, resolve } from 'node:path'
import { duration } from '../duration.js'
import { type Data, isNamedSet, quickLook } from '../images/index.js'
import { judgedUnlabelled } from '../judge/index.js'
import { fitEpochs, MOST_EPOCHS } from '../learn/budget.js'
import { factsOf } from '../learn/facts.js'
import type { GivenFacts } from '../learn/given.js'
import type { Method } from '../learn/method.js'
import { picturesFor } from '../learn/pictures.js'
import { type PresetName, presetOf } from '../learn/presets.js'
import { planRun } from '../learn/schedule.js'
import { type Overrides, resolveSettings, type Settings } from '../learn/settings.js'
import { createState, disposeState, type TrainingState } from '../learn/state.js'
import { isSolved } from '../learn/step.js'
import { checkLabels } from '../learn/train.js'
import { createRun, isRun, RUN_FORMAT, type RunRecord } from '../run/index.js'
import { expectations } from './expectations.js'
import { type Begun, beginFrom, openInit } from './init.js'
import { machine, precisionFor, slowPrecision } from './machine.js'
import { list, namesOf } from './open.js'
import type { Progress } from './progress.js'
import type { LoopOptions } from './session.js'

/** What a run is begun with beside its method and settings. */
export interface StartOptions extends LoopOptions {
  preset: PresetName
  precision: Settings['precision'] | 'auto'
  /** Of training, in place of epochs. */
  minutes?: number | undefined
  /** What the encoder begins from: a safetensors file, a run, or a published encoder by name. */
  init?: string | undefined
  /** Whether links out of the folder of pictures are followed. */
  followLinks?: boolean | undefined
  /** The file that the method or encoder is from. */
  config?: string | undefined
  /** Stops measuring what fits into minutes after a step, with its reason as error; nothing is written then. */
  signal?: AbortSignal | undefined
}

/** Every setting of a run that is not there yet. */
export interface Settled {
  settings: Settings
  /** The pictures as they are, listed; some may be decoded already. */
  listed: Data
  /** Of training, where these and not epochs were asked for. */
  minutes?: number
  /** The given weights that it begins from. */
  init?: Begun
}

/**
 * All settings that are asked for, as the pictures and the machine have them; nothing is built.
 * @param init what is known of the weights that the encoder begins from
 */
export async function settingsFor(
  data: string,
  method: Method,
  options: StartOptions,
  overrides: Overrides,
  progress: Progress,
  init?: GivenFacts,
): Promise<Settled> {
  const listed = await list(data, progress, options)
  const { minutes } = options
  const found = {
    ...(await factsOf(listed.train, options.badShare)),
    ...(minutes !== undefined && overrides.epochs === undefined && { minutes }),
  }
  const resolved = (precision: Settings['precision']) =>
    resolveSettings(method, options.preset, overrides, found, precision, init)
  const { precision } = options
  return {
    settings: resolved(precision === 'auto' ? precisionFor(resolved('float32').encoder) : precision),
    listed,
  }
}

/** Fixes every setting of a new run; nothing is written. */
export async function settleRun(
  data: string,
  method: Method,
  options: StartOptions,
  overrides: Overrides,
  progress: Progress,
): Promise<Settled> {
  using given = options.init === undefined ? undefined : await openInit(options.init, progress)
  const { settings, listed } = await settingsFor(data, method, options, overrides, progress, given?.facts)
  for (const warning of slowPrecision(settings.precision)) progress.note(warning)
  // whatever cannot be built is said before anything is written
  const init = tried(settings, method, (state) => given && beginFrom(state, given, progress))
  const settled = { settings, listed, ...(init && { init }) }
  const plan = planRun(settings, listed.train.size)
  checkLabels(method, listed.train)
  const expected = {
    pictures: listed.train.size,
    look: await quickLook(listed.train),
    closed: isSolved({ settings, method }, plan),
    given: given !== undefined,
    unlabelled: judgedUnlabelled(listed),
  }
  for (const sentence of expectations(expected)) progress.note(sentence)
  if (options.minutes !== undefined && overrides.epochs !== undefined)
    progress.note(
      `${duration(options.minutes * 60)} are passed over, as the epochs are given, ${settings.epochs}: leave one of them out`,
    )
  if (options.minutes === undefined || overrides.epochs !== undefined) return settled
  progress.note(`Measuring how much fits into ${duration(options.minutes * 60)} of training`)
  const { train } = picturesFor(listed, settings)
  const fitted = await fitEpochs(settings, method, train, options.minutes, options)
  if (fitted.epochs === MOST_EPOCHS)
    progress.note(
      `${duration(options.minutes * 60)} have room for more, but after ${MOST_EPOCHS} passes these pictures have given what they can: training ends there, unless epochs say otherwise`,
    )
  return { ...settled, settings: fitted, minutes: options.minutes }
}

/** Builds a state that is thrown away. */
function tried<T>(settings: Settings, method: Method, use: (state: TrainingState) => T): T {
  const state = createState(settings, method)
  try {
    return use(state)
  } finally {
    disposeState(state)
  }
}

/** Starts a new run in `folder`: writes run.json, and before it the config that was run, where one was given. */
export function beginRun(
  folder: string,
  data: string,
  method: Method,
  options: StartOptions,
  { settings, listed: { train }, minutes, init }: Settled,
  command: string[],
  config: Buffer | undefined,
): void {
  const record: RunRecord = {
    format: RUN_FORMAT,
    created: new Date().toISOString(),
    command,
    data,
    ...(!isNamedSet(data) && { path: resolve(data) }),
    ...(options.followLinks && { followLinks: true }),
    pictures: train.size,
    names: namesOf(train),
    ...(minutes !== undefined && { minutes }),
    ...(options.badShare !== undefined && { badShare: options.badShare }),
    ...(options.checkpointEvery !== undefined && { checkpointEvery: options.checkpointEvery }),
    ...(options.probeEvery !== undefined && { probeEvery: options.probeEvery }),
    ...(options.stopEarly !== undefined && { stopEarly: options.stopEarly }),
    settings,
    ...(init && { init: init.record }),
    source: presetOf(method, options.preset).source,
    ...(options.config && { config: resolve(options.config) }),
    machine: machine(),
  }
  createRun(folder, record, { config, init: init?.copy })
}

/** The folder a new run goes to when none is given: `runs/<data>-<method>`, numbered when that is taken. */
export function freshFolder(data: string, method: string): string {
  const base = join('runs', `${basename(resolve(data)) || 'pictures'}-${method}`)
  if (!isRun(base)) return base
  for (let number = 2; ; number++) if (!isRun(`${base}-${number}`)) return `${base}-${number}`
}
