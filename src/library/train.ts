/** Training as a library has it: a run that is begun or gone on with, and tells what happens. */
import { isDeepStrictEqual } from 'node:util'
import { UsageError } from '../errors.js'
import { samePlace } from '../images/index.js'
import type { Settings } from '../learn/settings.js'
import { isRun, openRun, type RunRecord } from '../run/index.js'
import { type Config, methodOf, overridesIn } from '../trainer/config.js'
import { sourceOf } from '../trainer/init-source.js'
import { dataOf } from '../trainer/open.js'
import { type Progress, SILENT } from '../trainer/progress.js'
import {
  beginRun,
  freshFolder,
  type Settled,
  type StartOptions,
  settingsFor,
  settleRun,
} from '../trainer/start.js'
import { Run } from './run.js'

/** Any part of the settings, beside what is chosen by name; each as the command line has it. */
export type TrainOptions = Omit<Config, 'precision'> &
  Omit<StartOptions, 'preset' | 'precision' | 'config' | 'trustConfig'> & {
    /** bfloat16 where that is faster, unless given. */
    precision?: StartOptions['precision']
    /** The run's folder; `runs/<data>-<method>` unless given. A run that is there is gone on with. */
    out?: string
    /** Stops training after a step; all is saved then. While it is measured what fits into `minutes`, `train` fails with its reason. */
    signal?: AbortSignal
    /** Told of what the work says about itself. */
    progress?: Progress
  }

/**
 * Begins a run, or goes on with the one in `out`. Iterating over it trains; `finish` does so without listening.
 * @param data a folder, tar, manifest or array of pictures, or a named set
 * @throws UsageError where a setting is not right, no picture can be learned from, or `out` holds a run of other pictures or settings
 */
export async function train(data: string, options: TrainOptions = {}): Promise<Run> {
  const { out, signal, progress = SILENT, preset = 'small', precision = 'auto', ...rest } = options
  const { init, minutes, followLinks, badShare, checkpointEvery, probeEvery, stopEarly, workers, ...config } =
    rest
  const method = methodOf(config, 'byol')
  const folder = out ?? freshFolder(data, method.name)
  const loop = { badShare, checkpointEvery, probeEvery, stopEarly, workers, signal }
  const begun = isRun(folder) ? openRun(folder) : undefined
  if (begun && !samePlace(dataOf(begun), data))
    throw new UsageError(
      `${folder} holds a run on ${begun.data}, got ${data}: choose another folder with 'out', or leave it out`,
    )
  if (begun && init !== undefined && begun.init?.source !== sourceOf(init))
    throw new UsageError(
      `${folder} holds a run that began from ${begun.init?.source ?? 'scratch'}, got ${init}: leave 'init' out, or choose another folder with 'out'`,
    )
  const start: StartOptions = {
    ...{ preset, precision, badShare, checkpointEvery, probeEvery, stopEarly },
    followLinks: followLinks ?? begun?.followLinks,
  }
  const asked = { ...start, init, minutes, signal }
  const settled = await (begun
    ? settingsFor(data, method, asked, overridesIn(config), progress, begun.init?.facts)
    : settleRun(data, method, asked, overridesIn(config), progress))
  if (begun) checkAsBegun(folder, begun, settled, { minutes, precision })
  else beginRun(folder, data, method, start, settled, [], undefined)
  return new Run(folder, method, { ...loop, listed: settled.listed }, progress)
}

/** @throws UsageError naming the first setting that is another than the run was begun with */
function checkAsBegun(
  folder: string,
  record: RunRecord,
  { settings }: Settled,
  { minutes, precision }: { minutes: number | undefined; precision: StartOptions['precision'] },
): void {
  const begun = record.settings as Settings
  // measured, or chosen for the machine that it was begun on
  const free = [...(minutes !== undefined ? ['epochs'] : []), ...(precision === 'auto' ? ['precision'] : [])]
  for (const [name, value] of Object.entries(settings)) {
    const had = begun[name as keyof Settings]
    // as they were written
    if (free.includes(name) || isDeepStrictEqual(JSON.parse(JSON.stringify({ value })), { value: had }))
      continue
    throw new UsageError(
      `${folder} holds a run with another '${name}': leave that out, or choose another folder with 'out'`,
    )
  }
}
