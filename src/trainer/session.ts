/** A run's training, from its beginning or from where it was left: one process at a time, with its own pictures and settings. */
import { UsageError } from '../errors.js'
import type { Source } from '../images/index.js'
import { picturesFor } from '../learn/pictures.js'
import { planRun } from '../learn/schedule.js'
import { validate } from '../learn/settings.js'
import { createState, disposeState } from '../learn/state.js'
import {
  isSoundWeights,
  openRun,
  type RunRecord,
  readTraining,
  runPaths,
  type TrainingSummary,
} from '../run/index.js'
import { setting } from '../setting.js'
import { aboutPictures } from './about-pictures.js'
import { keepAlone } from './alone.js'
import { BestSoFar, STOP_EARLY } from './best.js'
import { ownFault } from './config.js'
import { beginAsRun } from './init.js'
import { Kept, restore } from './kept.js'
import { type ContinueOptions, type RunEvent, trainInto } from './loop.js'
import { listOf, namesOf } from './open.js'
import type { Progress } from './progress.js'
import { recordedMethod } from './recorded-method.js'

export type { ContinueOptions, LoopOptions, RunEvent } from './loop.js'

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
    if (state.step === 0) beginAsRun(folder, record, state)
    const kept = new Kept(folder, record, state)
    const summary = readTraining(folder)
    if (state.step >= planRun(settings, source.size, state.stretches).totalSteps) {
      if (summary?.status === 'finished') return whole(folder, kept, summary)
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
      stopEarly: options.stopEarly ?? record.stopEarly ?? STOP_EARLY,
    }
    const byViews = [options.stopEarly, record.stopEarly].some((looks = 0) => looks > 0)
    const best = new BestSoFar(folder, record, state, kept, progress, byViews)
    if (summary?.status === 'stopped_early' && summary.steps === state.step && best.hasSunk(loop.stopEarly)) {
      progress.note(
        `It was stopped early after step ${summary.steps} of ${summary.totalSteps}; ${setting('stopEarly', 0)} goes on with it.`,
      )
      return whole(folder, kept, summary)
    }
    return yield* trainInto(folder, state, source, loop, progress, {
      seconds,
      minutes: record.minutes,
      kept,
      best,
    })
  } catch (error) {
    throw record.config ? ownFault(error, record.config) : error
  } finally {
    disposeState(state)
  }
}

/** How a run ended, with its encoder. */
function whole(folder: string, kept: Kept, summary: TrainingSummary): TrainingSummary {
  // a kill at the very end, or a damaged file
  return isSoundWeights(runPaths(folder).encoder) ? summary : kept.mend(summary)
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
