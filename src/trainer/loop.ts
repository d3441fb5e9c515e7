/** The loop of a run: every step is told and noted down, now and then it is saved, and it ends as it is asked to. */
import type { Data, SetAside, Source } from '../images/index.js'
import type { Method } from '../learn/method.js'
import { planRun } from '../learn/schedule.js'
import { brokenTensor, type TrainingState } from '../learn/state.js'
import { solvedSteps } from '../learn/step.js'
import { type MeasureEvent, type StepEvent, type TrainEvent, train } from '../learn/train.js'
import {
  appendLine,
  type LookLine,
  type MetricsLine,
  metricsLine,
  quarantineLine,
  rewindMetrics,
  runPaths,
  type TrainingSummary,
} from '../run/index.js'
import type { BestSoFar } from './best.js'
import { diverged } from './diverged.js'
import type { Kept } from './kept.js'
import { Probe } from './probe.js'
import type { Progress } from './progress.js'
import { recallQuarantine } from './recall-quarantine.js'
import { measureLine, summarise } from './run-lines.js'
import { stretching } from './stretching.js'
import { tolerant } from './tolerant.js'

const CHECKPOINT_SECONDS = 120

/** What training tells, and what a look at classes, or at views without them, found. */
export type RunEvent = TrainEvent | LookLine

/** What a run may be gone on with otherwise than it was begun. */
export interface LoopOptions {
  /** Steps between two checkpoints; about two minutes unless given. */
  checkpointEvery?: number | undefined
  /** Share of unreadable pictures at which to stop. */
  badShare?: number | undefined
  /** Workers that read ahead; 0 for none. */
  workers?: number | undefined
  /** Epochs between two looks at classes, or at views without them; 0 for none. */
  probeEvery?: number | undefined
  /** Looks in a row that knew clearly less than the best after which training stops; 0 for never, which it is without labels unless given. */
  stopEarly?: number | undefined
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

/** What was before, what is asked for, and what is written with. */
export interface Held {
  /** Trained before. */
  seconds: number
  minutes: number | undefined
  kept: Kept
  best: BestSoFar
}

export async function* trainInto(
  folder: string,
  state: TrainingState,
  source: Source,
  { checkpointEvery, badShare, workers, probeEvery, stopEarly = 0, signal }: ContinueOptions,
  progress: Progress,
  { seconds: secondsBefore, minutes, kept, best }: Held,
): AsyncGenerator<RunEvent, TrainingSummary> {
  const paths = runPaths(folder)
  const quarantine = recallQuarantine(paths.quarantine, source, badShare)
  const firstStep = state.step
  const began = performance.now()
  const seconds = () => secondsBefore + (performance.now() - began) / 1000
  let saved = began
  let paused = 0
  const now = () => ({ seconds: seconds(), paused })
  let listed = quarantine.count
  let measured: MeasureEvent | undefined
  let last: StepEvent | undefined
  let broken: string | undefined
  let stoppedEarly = false
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
    const told = { last, measured, quarantine, seconds: seconds(), firstStep, began, stoppedEarly }
    const facts = { ...told, encoderStep: best.usedInstead }
    const summary = summarise(state, source, facts)
    broken ??= brokenTensor(state)
    const lossBroke = last !== undefined && !Number.isFinite(last.loss)
    if (lossBroke || broken !== undefined)
      throw diverged(summary, kept, lossBroke ? undefined : broken, progress)
    kept.end(summary)
    best.keep()
    return summary
  }
  // the pace of steps that are solved is not that of those to come, but the time asked for is known
  const solved = solvedSteps(state, planRun(state.settings, source.size, state.stretches))
  const timed = (event: StepEvent): StepEvent =>
    minutes === undefined || event.step > solved
      ? event
      : { ...event, secondsLeft: Math.min(event.secondsLeft, Math.max(0, 60 * minutes - seconds())) }
  let probe: Probe | undefined
  try {
    probe = Probe.of(state, source, probeEvery, epochOf(state, source), badShare)
    if (probe) progress.note(probe.about)
    rewind()
    begin()
    // an encoder that was given may be the best itself
    if (probe && state.step === 0 && state.settings.given && best.awaits(probe.by)) {
      const probed = await probe.look(0, 0)
      record(probed)
      best.see(probed)
      left = true
      yield probed
      left = false
    }
    best.keep()
    const note = (text: string) => progress.note(text)
    for await (const came of train(state, source, {
      quarantine,
      note,
      ...(minutes !== undefined && { stretch: stretching(folder, minutes, now, progress) }),
      ...(workers === 0 && { prefetch: 0 }),
    })) {
      const event = came.type === 'step' ? timed(came) : came
      const told: RunEvent[] = [event]
      if (event.type === 'measure') {
        measured = event
        record(measureLine(event))
      } else {
        last = event
        record(event)
        const asked = performance.now()
        const probed = await probe?.after(event).catch((error: Error) => {
          progress.note(`Warning: ${error.message}; training goes on without asking what it knows.`)
          probe?.dispose()
          probe = undefined
        })
        paused += (performance.now() - asked) / 1000
        if (probed) {
          record(probed)
          told.unshift(probed)
          best.see(probed)
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
      if (event.step < event.totalSteps && best.hasSunk(stopEarly, event)) {
        stoppedEarly = true
        progress.note(best.sunkInWords(event))
        break
      }
      const regular = checkpointEvery
        ? state.step % checkpointEvery === 0
        : performance.now() - saved > CHECKPOINT_SECONDS * 1000
      // a run that is gone on with never begins before its best
      const due = regular || best.isWaiting
      const saving = due && event.step < event.totalSteps
      // a loss may be finite for long where weights are not
      if (saving || measured?.step === event.step) broken = brokenTensor(state)
      if (broken !== undefined) break
      if (saving) {
        if (saveIfPossible()) best.keep()
        saved = performance.now()
      }
    }
    progress.close()
    return end()
  } finally {
    probe?.dispose()
    try {
      if (left) end()
    } finally {
      kept.close()
    }
  }
}

/** Epochs that a state has behind it. */
function epochOf({ step, settings }: TrainingState, { size }: Source): number {
  return step / planRun(settings, size).stepsPerEpoch
}
