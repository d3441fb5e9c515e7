/** A run's training, from its beginning or from where it was left: checkpoints, metrics, the probe, stopping. */

import { duration } from '../duration.js'
import { SelfsameError, UsageError } from '../errors.js'
import { type Data, Quarantine, type SetAside, type Source } from '../images/index.js'
import { STEADIER } from '../judge/index.js'
import { leftOut } from '../learn/augment/colourless.js'
import { Budget } from '../learn/budget.js'
import type { Method } from '../learn/method.js'
import { picturesFor } from '../learn/pictures.js'
import { type Plan, planRun } from '../learn/schedule.js'
import { type Settings, validate } from '../learn/settings.js'
import { brokenTensor, createState, disposeState, type TrainingState } from '../learn/state.js'
import { type MeasureEvent, type StepEvent, type TrainEvent, train } from '../learn/train.js'
import {
  appendLine,
  isSoundWeights,
  type MetricsLine,
  metricsLine,
  openRun,
  type PlanLine,
  type ProbeLine,
  planLine,
  quarantineLine,
  type RunRecord,
  readLines,
  readTraining,
  rewindMetrics,
  runPaths,
  type TrainingSummary,
} from '../run/index.js'
import { keepAlone } from './alone.js'
import { ownFault } from './config.js'
import { Kept, restore } from './kept.js'
import { listOf, namesOf } from './open.js'
import { Probe } from './probe.js'
import type { Progress } from './progress.js'
import { recordedMethod } from './recorded-method.js'
import { measureLine, summarise } from './run-lines.js'

const CHECKPOINT_SECONDS = 120

/** What training tells, and what a look at classes found. */
export type RunEvent = TrainEvent | ProbeLine

/** What a run may be gone on with otherwise than it was begun. */
export interface LoopOptions {
  /** Steps between two checkpoints; about two minutes unless given. */
  checkpointEvery?: number | undefined
  /** Share of unreadable pictures at which to stop. */
  badShare?: number | undefined
  /** Workers that read ahead; 0 for none. */
  workers?: number | undefined
  /** Epochs between two looks at classes; 0 for none. */
  probeEvery?: number | undefined
  /** Whether a config that came with the run may be run. */
  trustConfig?: boolean | undefined
}

export interface ContinueOptions extends LoopOptions {
  /** Stops training after a step. */
  signal?: AbortSignal | undefined
  /** Its pictures, where they are listed already. */
  listed?: Data | undefined
  /** In place of that of the record, of the same name. */
  method?: Method | undefined
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
 * Trains a run from its last checkpoint, or from the start, to its end or until it is stopped. Whoever leaves the loop stops
 * it, too; it is saved then.
 * @returns how it ended
 * @throws UsageError when another process does so, or the pictures are not those of the beginning
 */
export async function* continueRun(
  folder: string,
  options: ContinueOptions,
  progress: Progress,
): AsyncGenerator<RunEvent, TrainingSummary> {
  const record = openRun(folder)
  const giveBack = await keepAlone(folder)
  try {
    return yield* continueAlone(folder, record, options, progress)
  } finally {
    await giveBack()
  }
}

async function* continueAlone(
  folder: string,
  record: RunRecord,
  options: ContinueOptions,
  progress: Progress,
): AsyncGenerator<RunEvent, TrainingSummary> {
  const method = options.method ?? (await recordedMethod(folder, record, options.trustConfig))
  const settings = validate(record.settings, method)
  const listed = options.listed ?? (await listOf(record, progress))
  const { train: source, notes = [] } = picturesFor(listed, settings)
  checkSame(source, record)
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
    const loop = {
      ...options,
      badShare: options.badShare ?? record.badShare,
      checkpointEvery: options.checkpointEvery ?? record.checkpointEvery,
      probeEvery: options.probeEvery ?? record.probeEvery,
    }
    return yield* trainInto(folder, state, source, loop, progress, { seconds, minutes: record.minutes, kept })
  } catch (error) {
    throw record.config ? ownFault(error, record.config) : error
  } finally {
    disposeState(state)
  }
}

/** @throws UsageError where they are not the pictures that the run was begun with */
function checkSame(source: Source, { data, pictures, names }: RunRecord): void {
  if (source.size !== pictures) {
    throw new UsageError(
      `${data} has ${source.size} pictures now and had ${pictures} when the run began: put it back as it was, or start another run`,
    )
  }
  if (names !== undefined && namesOf(source) !== names) {
    throw new UsageError(
      `the pictures of ${data} have other names now than when the run began: put it back as it was, or start another run`,
    )
  }
}

/** What was before, what is asked for, and what is written with. */
interface Held {
  /** Trained before. */
  seconds: number
  minutes: number | undefined
  kept: Kept
}

async function* trainInto(
  folder: string,
  state: TrainingState,
  source: Source,
  { checkpointEvery, badShare, workers, probeEvery, signal }: ContinueOptions,
  progress: Progress,
  { seconds: secondsBefore, minutes, kept }: Held,
): AsyncGenerator<RunEvent, TrainingSummary> {
  const paths = runPaths(folder)
  const quarantine = recallQuarantine(paths.quarantine, source, badShare)
  const firstStep = state.step
  const began = performance.now()
  const seconds = () => secondsBefore + (performance.now() - began) / 1000
  let saved = began
  let listed = quarantine.count
  let measured: MeasureEvent | undefined
  let last: StepEvent | undefined
  let broken: string | undefined
  /** Told of something, the listener may not come back. */
  let left = false
  const rewind = tolerant(progress, () => rewindMetrics(folder, state.step))
  const record = tolerant(progress, (line: MetricsLine) => appendLine(paths.metrics, metricsLine, line))
  const setAside = tolerant(progress, (entry: SetAside) =>
    appendLine(paths.quarantine, quarantineLine, entry),
  )
  const saveIfPossible = tolerant(progress, () => kept.checkpoint(seconds()))
  const begin = tolerant(progress, () => kept.begin())
  const end = (): TrainingSummary => {
    const facts = { last, measured, quarantine, seconds: seconds(), firstStep, began }
    const summary = summarise(state, source, facts)
    broken ??= brokenTensor(state)
    if (broken !== undefined || (last && !Number.isFinite(last.loss)))
      throw diverged(summary, kept, last && !Number.isFinite(last.loss) ? undefined : broken, progress)
    kept.end(summary)
    return summary
  }
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
      const told: RunEvent[] = [event]
      if (event.type === 'measure') {
        measured = event
        record(measureLine(event))
      } else {
        last = event
        record(event)
        const probed = await probe?.after(event).catch((error: Error) => {
          progress.note(`Warning: ${error.message}; training goes on without looking at classes.`)
          probe = undefined
        })
        if (probed) {
          record(probed)
          told.unshift(probed)
        }
      }
      left = true
      yield* told
      left = false
      if (event.type === 'measure') continue
      for (const entry of quarantine.since(listed)) setAside(entry)
      listed = quarantine.count
      // signals are only heard when the event loop turns
      await new Promise(setImmediate)
      if (signal?.aborted) break
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
    return end()
  } finally {
    try {
      if (left) end()
    } finally {
      kept.close()
    }
  }
}

/** Ends a run whose loss or weights are not finite any more; what it was before stays. */
function diverged(
  { finalLoss: loss, ...rest }: TrainingSummary,
  kept: Kept,
  broken: string | undefined,
  progress: Progress,
): SelfsameError {
  const sound = kept.diverged({ ...rest, finalLoss: loss, status: 'diverged' }, (text) => progress.note(text))
  const what = broken === undefined ? `the loss is ${loss}` : `the weights ${broken} are not finite`
  const left = sound
    ? `the last sound state is kept in ${sound}, and evaluate judges that`
    : 'nothing had been saved before'
  return new SelfsameError(
    `${what} at step ${rest.steps} of ${rest.totalSteps}, so training was stopped; ${left}. Begin another run with ${STEADIER}`,
  )
}

/**
 * Holds a run to the minutes asked for. What is decided is written before it is done, so that the run can be gone on with, or
 * repeated, to the very same weights.
 */
function stretching(folder: string, minutes: number, seconds: () => number, progress: Progress) {
  const budget = new Budget(60 * minutes)
  const write = tolerant(progress, (line: PlanLine) => appendLine(runPaths(folder).plan, planLine, line))
  return (step: number, plan: Plan): number | undefined => {
    const total = budget.after(step, plan, seconds())
    if (total === undefined || !write({ step, totalSteps: total })) return undefined
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
