/** The method of a run that is there: built in, or from the config file that it was begun with. */
import { UsageError } from '../errors.js'
import type { Method } from '../learn/method.js'
import { findMethod } from '../learn/methods/index.js'
import type { Settings } from '../learn/settings.js'
import { type RunRecord, runPaths } from '../run/index.js'
import { setting } from '../setting.js'
import { type Config, methodOfRun } from './config.js'
import { evaluateDefault } from './program-file.js'
import type { Progress } from './progress.js'
import { knownConfig, noteConfig, programBytes } from './trusted-configs.js'

/** Notes that the user gave a config on this machine, or tells why it could not be. @param source what was run of it */
export function trustConfig(config: string, source: Buffer, progress: Progress): void {
  try {
    noteConfig(config, source)
  } catch (error) {
    progress.note(
      `Note: ${(error as Error).message}. So going on with the run and judging it will want ${setting('trustConfig')} to run ${config} again.`,
    )
  }
}

/**
 * The method that a run was begun with: built in, or from its config as it was then. A run folder may come from anywhere,
 * and a config is a program: it is run when the user gave it on this machine, or says so now.
 * @param trust whether the user says so now
 * @throws UsageError that names the file to look at when it may not be run
 */
export async function recordedMethod(
  folder: string,
  { settings, config }: RunRecord,
  trust = false,
): Promise<Method> {
  const name = String(settings.method)
  if (!config) return findMethod(name)
  const copy = runPaths(folder).config
  const source = programBytes(copy)
  if (!source)
    throw new UsageError(
      `${copy} is missing, the config that ${folder} was begun with: put it back, or begin another run`,
    )
  const known = knownConfig(config, source)
  // where the original lay its neighbours are found, and never those that came with the run folder
  const place = known === 'known' || programBytes(config)?.equals(source) ? config : copy
  if (known !== 'known' && !trust) throw new UsageError(refusal(folder, config, place, known))
  const encoder = (settings as Settings).encoder?.name
  const found = (await evaluateDefault(source.toString(), place, 'config')) as Config
  return methodOfRun(found, name, encoder)
}

function refusal(
  folder: string,
  config: string,
  place: string,
  known: 'unknown' | { changed: string },
): string {
  return known === 'unknown'
    ? `${folder} was begun with a config file, which is run as a program and is not known to come from you on this machine: look at ${place}, then add ${setting('trustConfig')}`
    : `${known.changed} has changed since ${folder} was begun with ${config}, which names it and is run as a program: put it back as it was, or look at it, then add ${setting('trustConfig')}`
}
