import type { Command } from 'commander'
import { duration } from '../duration.js'
import { UsageError } from '../errors.js'
import { type Data, samePlace } from '../images/index.js'
import { picturesFor } from '../learn/pictures.js'
import { mergeOverrides } from '../learn/settings.js'
import { printable } from '../printable.js'
import {
  openRun,
  type RunRecord,
  refuseExisting,
  type TrainingSummary,
  trainingSummary,
} from '../run/index.js'
import { shellWord } from '../shell.js'
import { blaming, type Config, loadConfig, methodOf, overridesIn } from '../trainer/config.js'
import { type Forecast, forecast, forecastInWords } from '../trainer/forecast.js'
import { dataOf, listOf } from '../trainer/open.js'
import type { Progress } from '../trainer/progress.js'
import { trustConfig } from '../trainer/recorded-method.js'
import type { LoopOptions } from '../trainer/session.js'
import { beginRun, freshFolder, settleRun } from '../trainer/start.js'
import { follow } from './follow.js'
import { goOnCommand, inOptions } from './option-words.js'
import { addTrainOptions, overridesOf, settingsGiven, type TrainOptions } from './options.js'
import { TerminalProgress } from './progress.js'
import { say } from './say.js'
import { parseSets } from './set-option.js'

export function define(command: Command): void {
  addTrainOptions(command)
    .argument(
      '[data]',
      'folder, tar, manifest or array of pictures, or a named set such as cifar10 (docs/data.md)',
    )
    .option('--resume', 'go on with the run in --run from its last checkpoint, as it was begun')
    .option('--plan', 'say what it would take, by a few steps that are thrown away, and train nothing')
    .addHelpText(
      'after',
      '\nExamples:\n  npx selfsame train my-pictures --epochs 20 --run runs/mine\n  npx selfsame train my-pictures --epochs 20 --plan\n  npx selfsame train --run runs/mine --resume\n  npx selfsame train fashion-mnist --set target.tau=0 --set predictor=null',
    )
    .action((data: string | undefined, options: TrainOptions & { plan?: boolean }) =>
      blaming(options.config, () => act(data, options)),
    )
}

async function act(data: string | undefined, options: TrainOptions & { plan?: boolean }): Promise<void> {
  if (options.plan) {
    const forecast = await planVerb(data, options, new TerminalProgress())
    say(options.json ? JSON.stringify(forecast) : forecastInWords(forecast))
    return
  }
  if (options.resume && options.run) refuseChanges(openRun(options.run), data, options)
  const { run, summary } = await trainVerb(data, options, new TerminalProgress())
  if (options.json) say(JSON.stringify(resultOf(run, summary)))
  else say(closing(run, summary))
  if (summary.status === 'interrupted') process.exitCode = 130
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

/** Starts or resumes as the options say. @returns its pictures, too, as they were listed */
export async function trainVerb(
  data: string | undefined,
  options: TrainOptions,
  progress: TerminalProgress,
): Promise<{ run: string; summary: TrainingSummary; listed: Data }> {
  if (options.resume) {
    if (!options.run) throw new UsageError('--resume needs to know which run: give its folder with --run')
    const listed = await listOf(openRun(options.run), progress)
    const summary = await follow(options.run, { ...loopOf(options), listed }, progress)
    return { run: options.run, summary, listed }
  }
  const { pictures, method, chosen, overrides, source } = await wantedOf(data, options)
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

function loopOf({ checkpointEvery, badShare, workers, probeEvery, trustConfig }: TrainOptions): LoopOptions {
  return { checkpointEvery, badShare, workers, probeEvery, trustConfig }
}

/** Says what a run would take; writes nothing. */
async function planVerb(
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
async function wantedOf(data: string | undefined, options: TrainOptions) {
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
    method: methodOf(config, 'byol'),
    chosen: { ...options, preset: options.preset ?? config.preset ?? 'small' },
    overrides: mergeOverrides(overridesIn(config), overridesOf(options), parseSets(options.set)),
    source: given?.source,
  }
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

function closing(
  run: string,
  { status, collapse, seconds, imagesPerSecond: speed, steps, totalSteps: total, setAside }: TrainingSummary,
): string {
  const lines = [
    status === 'finished'
      ? `Trained ${steps} steps in ${duration(seconds)}${speed > 0 ? ` (${Math.round(speed).toLocaleString('en')} pictures/s)` : ''}.`
      : `Stopped after step ${steps} of ${total}; everything is saved. Go on with:\n  ${goOnCommand(run)}`,
  ]
  if (collapse) lines.push(collapse.sentence, ...(collapse.remedy ? [inOptions(collapse.remedy)] : []))
  if (setAside > 0)
    lines.push(`${setAside} pictures could not be read; ${printable(run)}/quarantine.jsonl says why.`)
  if (status === 'finished') lines.push(`Judge it with: npx selfsame evaluate ${shellWord(run)}`)
  return lines.join('\n')
}
