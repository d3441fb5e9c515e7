/** Training into a run folder: settings, checkpoints, metrics, stopping and going on. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { SelfsameError, UsageError } from '../errors.js'
import {
  type Data,
  isNamedSet,
  type OpenOptions,
  openData,
  Quarantine,
  type SetAside,
  type Source,
} from '../images/index.js'
import { STEADIER } from '../judge/index.js'
import { leftOut } from '../learn/augment/colourless.js'
import { Budget, fitEpochs, MOST_EPOCHS } from '../learn/budget.js'
import { factsOf } from '../learn/facts.js'
import type { Method } from '../learn/method.js'
import { type Plan, planRun } from '../learn/pace.js'
import { openPicturesFor } from '../learn/pictures.js'
import { type PresetName, presetOf } from '../learn/presets.js'
import { type Overrides, resolveSettings, type Settings, validate } from '../learn/settings.js'
import { brokenTensor, createState, disposeState, type TrainingState } from '../learn/state.js'
import { checkLabels, type MeasureEvent, type StepEvent, train } from '../learn/train.js'
import { withLock } from '../lock.js'
import {
  appendLine,
  createRun,
  isRun,
  isSoundWeights,
  openRun,
  type PlanLine,
  quarantineLine,
  RUN_FORMAT,
  type RunRecord,
  readLines,
  readTraining,
  rewindMetrics,
  runPaths,
  type TrainingSummary,
} from '../run/index.js'
import { explainWriteError } from '../write-error.js'
import { ownFault } from './config.js'
import { Kept, restore } from './kept.js'
import { machine, precisionFor, slowPrecision } from './machine.js'
import type { TrainOptions } from './options.js'
import { Probe } from './probing.js'
import { duration, type Progress } from './progress.js'
import { recordedMethod } from './recorded-method.js'
import { measureLine, stepLine, summarise } from './run-lines.js'
import { StopRequest } from './stop.js'

const CHECKPOINT_SECONDS = 120

/** What to open for a run: where its pictures lay, if they are still there. */
export function dataOf({ data, path }: RunRecord): string {
  return path !== undefined && existsSync(path) ? path : data
}

/** How a run's pictures are opened. */
export function linksOf({ follow_links: followLinks }: RunRecord): Pick<OpenOptions, 'followLinks'> {
  return { followLinks }
}

/** Tells one list of pictures from another. What they look like is not asked, as they may be read smaller later on. */
function namesOf(source: Source): string {
  const hash = createHash('sha256')
  for (let index = 0; index < source.size; index++) hash.update(`${source.describe(index)}\n`)
  return hash.digest('hex').slice(0, 32)
}

/** The pictures a run learns from or is judged on. */
export function openPictures(
  spec: string,
  settings: Settings,
  progress: Progress,
  { followLinks }: Pick<OpenOptions, 'followLinks'> = {},
): Promise<Data> {
  return openPicturesFor(spec, settings, { progress: downloading(progress), followLinks })
}

/** Shows how far the download of a named set is. */
function downloading(progress: Progress) {
  return (what: string, done: number, total: number) => progress.work(what, done, total)
}

/** What a run may be gone on with otherwise than it was begun. */
type LoopOptions = {
  [K in 'checkpointEvery' | 'badShare' | 'workers' | 'probeEvery' | 'trustConfig']?:
    | TrainOptions[K]
    | undefined
}

/** Every setting of a run that is not there yet. */
export interface Settled {
  settings: Settings
  /** How many pictures there are to learn from, and a digest of their names. */
  pictures: number
  names: string
  /** Of training, where these and not epochs were asked for. */
  minutes?: number
  /** Where they were opened to measure the speed: some are decoded already. */
  opened?: Data
}

/** Fixes every setting of a new run; nothing is written. */
export async function settleRun(
  data: string,
  method: Method,
  options: TrainOptions & { preset: PresetName },
  overrides: Overrides,
  progress: Progress,
): Promise<Settled> {
  const { train: facts } = await openData(data, {
    progress: downloading(progress),
    followLinks: options.followLinks,
  })
  const found = await factsOf(facts, options.badShare)
  const resolved = (precision: Settings['precision']) =>
    resolveSettings(method, options.preset, overrides, found, precision)
  const settings = resolved(
    options.precision === 'auto' ? precisionFor(resolved('float32').encoder) : options.precision,
  )
  for (const warning of slowPrecision(settings.precision)) progress.note(warning)
  // whatever cannot be built is said before anything is written
  disposeState(createState(settings, method))
  planRun(settings, facts.size)
  checkLabels(method, facts)
  const [pictures, names] = [facts.size, namesOf(facts)]
  if (options.minutes !== undefined && overrides.epochs !== undefined)
    progress.note(
      `--minutes ${options.minutes} is passed over, as the epochs are given, ${settings.epochs}: leave one of them out`,
    )
  if (options.minutes === undefined || overrides.epochs !== undefined) return { settings, pictures, names }
  progress.note(`Measuring how much fits into ${duration(options.minutes * 60)} of training`)
  const opened = await openPictures(data, settings, progress, options)
  const fitted = await fitEpochs(settings, method, opened.train, options.minutes, options.badShare)
  if (fitted.epochs === MOST_EPOCHS)
    progress.note(
      `--minutes ${options.minutes} has room for more, but after ${MOST_EPOCHS} passes these pictures have given what they can: training ends there, --epochs sets any other number`,
    )
  return { settings: fitted, pictures, names, minutes: options.minutes, opened }
}

/** Starts a new run in `folder`: writes run.json, and before it the config that was run, where one was given. */
export function beginRun(
  folder: string,
  data: string,
  method: Method,
  options: TrainOptions & { preset: PresetName },
  { settings, pictures, names, minutes }: Settled,
  command: string[],
  config: Buffer | undefined,
): void {
  const record: RunRecord = {
    format: RUN_FORMAT,
    created: new Date().toISOString(),
    command,
    data,
    ...(!isNamedSet(data) && { path: resolve(data) }),
    ...(options.followLinks && { follow_links: true }),
    pictures,
    names,
    ...(minutes !== undefined && { minutes }),
    ...(options.badShare !== undefined && { bad_share: options.badShare }),
    ...(options.checkpointEvery !== undefined && { checkpoint_every: options.checkpointEvery }),
    ...(options.probeEvery !== undefined && { probe_every: options.probeEvery }),
    settings,
    source: presetOf(method, options.preset).source,
    ...(options.config && { config: resolve(options.config) }),
    machine: machine(),
  }
  createRun(folder, record, config)
}

/** The folder a new run goes to when none is given: `runs/<data>-<method>`, numbered when that is taken. */
export function freshFolder(data: string, method: string): string {
  const base = join('runs', `${basename(resolve(data)) || 'pictures'}-${method}`)
  if (!isRun(base)) return base
  for (let number = 2; ; number++) if (!isRun(`${base}-${number}`)) return `${base}-${number}`
}

/** What is done otherwise than with 8-bit colour photographs. */
function aboutPictures({ channels, input: { maximum }, views }: Settings): string[] {
  const left = leftOut(views, channels)
  const kind = channels === 1 ? 'grey' : `of ${channels} channels`
  return [
    ...(left.length > 0 ? [`Pictures are ${kind}: ${left.join(', ')} are left out of the views`] : []),
    ...(maximum > 255 ? [`Pictures have 16 bits and are read as shares of ${maximum}`] : []),
  ]
}

/**
 * Trains a run from its last checkpoint, or from the start, to its end or to a request to stop.
 * @throws UsageError when another process does so, or the pictures are not those of the beginning
 */
export async function continueRun(
  folder: string,
  options: LoopOptions,
  progress: Progress,
  opened?: Data,
): Promise<TrainingSummary> {
  const record = openRun(folder)
  return await alone(folder, () => continueAlone(folder, record, options, progress, opened))
}

/** @throws UsageError when another process trains into the folder, SelfsameError when its lock cannot be written */
export async function alone<T>(folder: string, use: () => Promise<T>): Promise<T> {
  const { lock } = runPaths(folder)
  let locked = false
  const used = () => {
    locked = true
    return use()
  }
  try {
    return await withLock(lock, used, ({ pid, host, here }) => {
      const who = here ? `process ${pid}` : `process ${pid} of ${host}; if it has ended, remove ${lock}`
      throw new UsageError(
        `another process trains into ${folder} (${who}): wait for its end, or choose another --run`,
      )
    })
  } catch (error) {
    throw locked ? error : explainWriteError(error, lock)
  }
}

async function continueAlone(
  folder: string,
  record: RunRecord,
  options: LoopOptions,
  progress: Progress,
  opened: Data | undefined,
): Promise<TrainingSummary> {
  const method = await recordedMethod(folder, record, options.trustConfig)
  const settings = validate(record.settings, method)
  const pictures = opened ?? (await openPictures(dataOf(record), settings, progress, linksOf(record)))
  const { train: source, notes = [] } = pictures
  if (source.size !== record.pictures) {
    throw new UsageError(
      `${record.data} has ${source.size} pictures now and had ${record.pictures} when the run began: put it back as it was, or start another run`,
    )
  }
  if (record.names !== undefined && namesOf(source) !== record.names) {
    throw new UsageError(
      `the pictures of ${record.data} have other names now than when the run began: put it back as it was, or start another run`,
    )
  }
  for (const note of [...notes, ...aboutPictures(settings)]) progress.note(note)
  const state = createState(settings, method)
  try {
    const seconds = restore(folder, record, state, progress)
    const kept = new Kept(folder, record, state)
    const summary = readTraining(folder)
    if (state.step >= planRun(settings, source.size, state.stretches).totalSteps) {
      if (summary?.status === 'finished') {
        // a kill at the very end, or a damaged file
        if (!isSoundWeights(runPaths(folder).encoder)) kept.encoder()
        return summary
      }
      progress.note(
        `All steps were taken before: what is missing of the end is written anew; the last loss and the pace are in ${runPaths(folder).metrics}`,
      )
    }
    // what was said at the start holds until something else is said
    const loop: LoopOptions = {
      ...options,
      badShare: options.badShare ?? record.bad_share,
      checkpointEvery: options.checkpointEvery ?? record.checkpoint_every,
      probeEvery: options.probeEvery ?? record.probe_every,
    }
    return await trainInto(folder, state, pictures, loop, progress, seconds, kept, record.minutes)
  } catch (error) {
    throw record.config ? ownFault(error, record.config) : error
  } finally {
    disposeState(state)
  }
}

/** The loop's consumer: progress, metrics, checkpoints, stopping. */
async function trainInto(
  folder: string,
  state: TrainingState,
  data: Data,
  { checkpointEvery, badShare, workers, probeEvery }: LoopOptions,
  progress: Progress,
  secondsBefore: number,
  kept: Kept,
  minutes: number | undefined,
): Promise<TrainingSummary> {
  const paths = runPaths(folder)
  const { train: source } = data
  const quarantine = recallQuarantine(paths.quarantine, source, badShare)
  const firstStep = state.step
  const began = performance.now()
  const seconds = () => secondsBefore + (performance.now() - began) / 1000
  let saved = began
  let listed = quarantine.count
  let measured: MeasureEvent | undefined
  let last: StepEvent | undefined
  let knn: number | undefined
  let broken: string | undefined
  const rewind = tolerant(progress, () => rewindMetrics(folder, state.step))
  const record = tolerant(progress, (line: object) => appendLine(paths.metrics, line))
  const setAside = tolerant(progress, (entry: SetAside) => appendLine(paths.quarantine, entry))
  const saveIfPossible = tolerant(progress, () => kept.checkpoint(seconds()))
  const begin = tolerant(progress, () => kept.begin())
  const stop = new StopRequest(() =>
    progress.note('Stopping: finishing this step and saving. Ctrl-C again stops at once.'),
  )
  try {
    let probe = Probe.of(state, source, probeEvery, epochOf(state, source), badShare)
    if (probe) progress.note(probe.about)
    rewind()
    begin()
    const note = (text: string) => progress.note(text)
    for await (const event of train(state, source, {
      quarantine,
      note,
      ...(minutes !== undefined && { stretch: stretching(folder, minutes, seconds, progress) }),
      ...(workers === 0 && { prefetch: 0 }),
    })) {
      if (event.type === 'measure') {
        measured = event
        record(measureLine(event))
        continue
      }
      last = event
      record(stepLine(event))
      const probed = await probe?.after(event).catch((error: Error) => {
        progress.note(`Warning: ${error.message}; training goes on without looking at classes.`)
        probe = undefined
      })
      if (probed) {
        record(probed)
        knn = probed.knn
      }
      progress.step(event, measured?.verdict, knn)
      for (const entry of quarantine.since(listed)) setAside(entry)
      listed = quarantine.count
      // signals are only heard when the event loop turns
      await new Promise(setImmediate)
      if (stop.requested) break
      const due = checkpointEvery
        ? state.step % checkpointEvery === 0
        : performance.now() - saved > CHECKPOINT_SECONDS * 1000
      const saving = due && event.step < event.totalSteps
      // a loss may be finite for long where weights are not
      if (saving || measured?.step === event.step) broken = brokenTensor(state)
      if (broken !== undefined) break
      if (saving) {
        saveIfPossible()
        saved = performance.now()
      }
    }
    progress.close()
    const summary = summarise(state, source, {
      last,
      measured,
      quarantine,
      seconds: seconds(),
      firstStep,
      began,
    })
    broken ??= brokenTensor(state)
    if (broken !== undefined || (last && !Number.isFinite(last.loss)))
      throw diverged(summary, kept, broken, progress)
    kept.end(summary)
    return summary
  } finally {
    kept.close()
    stop.end()
  }
}

/** Ends a run whose loss or weights are not finite any more; what it was before stays. */
function diverged(
  { final_loss: loss, ...rest }: TrainingSummary,
  kept: Kept,
  broken: string | undefined,
  progress: Progress,
): SelfsameError {
  const sound = kept.diverged({ ...rest, final_loss: loss, status: 'diverged' }, (text) =>
    progress.note(text),
  )
  const what =
    loss === null || Number.isFinite(loss) ? `the weights ${broken} are not finite` : `the loss is ${loss}`
  const left = sound
    ? `the last sound state is kept in ${sound}, and evaluate judges that`
    : 'nothing had been saved before'
  return new SelfsameError(
    `${what} at step ${rest.steps} of ${rest.total_steps}, so training was stopped; ${left}. Begin another run with ${STEADIER}`,
  )
}

/**
 * Holds a run to the minutes asked for. What is decided is written before it is done, so that the run can be gone on with, or
 * repeated, to the very same weights.
 */
function stretching(folder: string, minutes: number, seconds: () => number, progress: Progress) {
  const budget = new Budget(60 * minutes)
  const write = tolerant(progress, (line: PlanLine) => appendLine(runPaths(folder).plan, line))
  return (step: number, plan: Plan): number | undefined => {
    const total = budget.after(step, plan, seconds())
    if (total === undefined || !write({ step, total_steps: total })) return undefined
    progress.note(
      `The pace has changed: ${total.toLocaleString('en')} steps fit into ${duration(60 * minutes)}, not ${plan.totalSteps.toLocaleString('en')}`,
    )
    return total
  }
}

/** Epochs that a state has behind it. */
function epochOf({ step, settings }: TrainingState, { size }: Source): number {
  return step / planRun(settings, size).stepsPerEpoch
}

/** Pictures that were set aside before stay so, or a resumed run would fill their places anew. */
function recallQuarantine(path: string, source: Source, maxShare: number | undefined): Quarantine {
  const quarantine = new Quarantine(source.size, { maxShare })
  for (const entry of readLines(path, quarantineLine)) {
    // a damaged line must not set a good picture aside
    const known = entry.index < source.size && source.describe(entry.index) === entry.path
    if (known) quarantine.add(entry)
  }
  return quarantine
}

/** A full disk must not end a long run: says so once, and the work goes on. */
function tolerant<Args extends unknown[]>(
  progress: Progress,
  write: (...args: Args) => void,
): (...args: Args) => boolean {
  let troubled = false
  return (...args) => {
    try {
      write(...args)
      return true
    } catch (error) {
      if (!troubled) progress.note(`Warning: ${(error as Error).message}; training goes on.`)
      troubled = true
      return false
    }
  }
}
