/** What `train` and `quickstart` do with the options of training. */
import { UsageError } from '../errors.js'
import { type Data, samePlace } from '../images/index.js'
import { mergeOverrides, picturesFor } from '../learn/index.js'
import {
  openRun,
  type RunRecord,
  refuseExisting,
  type TrainingSummary,
  trainingSummary,
} from '../run/index.js'
import { type Config, loadConfig, methodOf, overridesIn } from '../trainer/config.js'
import { type Forecast, forecast } from '../trainer/forecast.js'
import { dataOf, listOf } from '../trainer/open.js'
import type { Progress } from '../trainer/progress.js'
import { recordedMethod, trustConfig } from '../trainer/recorded-method.js'
import type { LoopOptions } from '../trainer/session.js'
import { beginRun, freshFolder, settleRun } from '../trainer/start.js'
import { follow } from './follow.js'
import { overridesOf, settingsGiven } from './given.js'
import type { TrainOptions } from './options.js'
import type { TerminalProgress } from './progress.js'

/** Starts or resumes as the options say. @param otherwise method to train with where none is named @returns its pictures, too, as they were listed */
export async function trainVerb(
  data: string | undefined,
  options: TrainOptions,
  progress: TerminalProgress,
  otherwise?: string,
): Promise<{ run: string; summary: TrainingSummary; listed: Data }> {
  if (options.resume) {
    if (!options.run) throw new UsageError('--resume needs to know which run: give its folder with --run')
    const record = openRun(options.run)
    // a config that is not trusted is told of first
    const method = await recordedMethod(options.run, record, options.trustConfig)
    const listed = await listOf(record, progress)
    const summary = await follow(options.run, { ...loopOf(options), listed, method }, progress)
    return { run: options.run, summary, listed }
  }
  const { pictures, method, chosen, overrides, source } = await wantedOf(data, options, otherwise)
  const run = options.run ?? freshFolder(pictures, method.name)
  // before anything is measured or read
  refuseExisting(run)
  // while its neighbours are those that were run with it
  if (options.config && source) trustConfig(options.config, source, progress)
  const settled = await settleRun(pictures, method, chosen, overrides, progress)
  beginRun(run, pictures, method, chosen, settled, process.argv.slice(2), source)
  progress.note(`Training ${method.name} on ${pictures}, into ${run}`)
  const { listed } = settled
  return { run, summary: await follow(run, { ...loopOf(options), listed }, progress), listed }
}

function loopOf(options: TrainOptions): LoopOptions {
  const { checkpointEvery, badShare, workers, probeEvery, stopEarly, trustConfig } = options
  return { checkpointEvery, badShare, workers, probeEvery, stopEarly, trustConfig }
}

/** Says what a run would take; writes nothing. */
export async function planVerb(
  data: string | undefined,
  options: TrainOptions,
  progress: Progress,
): Promise<Forecast> {
  if (options.resume) throw new UsageError('--plan is for a new run: leave out --resume')
  const { pictures, method, chosen, overrides } = await wantedOf(data, options)
  const { settings, listed } = await settleRun(pictures, method, chosen, overrides, progress)
  return await forecast(settings, method, picturesFor(listed, settings).train, options)
}

/** What is to be trained, by the command line and the config file. */
async function wantedOf(data: string | undefined, options: TrainOptions, otherwise = 'byol') {
  if (!data)
    throw new UsageError(
      'no pictures were named: give a folder or a set, such as npx selfsame train my-pictures',
    )
  const given = options.config ? await loadConfig(options.config) : undefined
  // a word on the command line comes before the file
  const config: Config = {
    ...given?.config,
    ...(options.method && { method: options.method }),
    ...(options.encoder && { encoder: undefined }),
  }
  return {
    pictures: data,
    method: methodOf(config, otherwise),
    chosen: { ...options, preset: options.preset ?? config.preset ?? 'small' },
    overrides: mergeOverrides(overridesIn(config), overridesOf(options)),
    source: given?.source,
  }
}

/** @throws UsageError naming what was given otherwise than the run was begun with */
export function refuseChanges(record: RunRecord, data: string | undefined, options: TrainOptions): void {
  const [given] = settingsGiven(options)
  const refuse = (had: string, got: string) => {
    throw new UsageError(`--resume goes on with ${had}, got ${got}: leave it out, or begin another run`)
  }
  if (given) refuse('the settings that the run was begun with', `--${given}`)
  const begunWith = dataOf(record)
  if (data !== undefined && !samePlace(begunWith, data)) refuse(begunWith, data)
}

/** The JSON of `train --json`. */
export function resultOf(run: string, summary: TrainingSummary) {
  const { collapse, ...rest } = trainingSummary.encode(summary)
  const { state = 'healthy', sentence, remedy, ...measures } = (collapse ?? {}) as Record<string, unknown>
  return {
    run,
    ...rest,
    collapse: state,
    collapse_sentence: sentence,
    collapse_remedy: remedy,
    collapse_measures: measures,
  }
}
