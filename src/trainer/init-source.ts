/** Where the weights are that an encoder begins from: a file, a run, or a published encoder by name. */
import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { SelfsameError, suggestion, UsageError } from '../errors.js'
import { downloadSet, isOffline, setsFolder } from '../images/index.js'
import { ENCODERS, recordedEncoder } from '../learn/encoder/encoders.js'
import type { GivenFacts } from '../learn/given.js'
import { PUBLISHED, type PublishedEncoder } from '../learn/published.js'
import { settingsSchema } from '../learn/settings-schema.js'
import { isRun, openRun, runPaths } from '../run/index.js'
import { goingOn } from '../setting.js'
import type { Progress } from './progress.js'

export interface InitSource {
  /** What it is called in run.json: a name, or a path from the root. */
  source: string
  path: string
  /** What is known of it beside its weights. */
  facts: GivenFacts
  /** Whether weights have our names and belong to the encoder in `facts`. */
  ours: boolean
}

/** What run.json calls it. */
export function sourceOf(spec: string): string {
  return isPublished(spec) ? spec : resolve(spec)
}

/** @throws UsageError where there is none such, SelfsameError where a published one cannot be had */
export async function findInit(spec: string, progress: Progress): Promise<InitSource> {
  if (isPublished(spec)) return published(spec, PUBLISHED[spec] as PublishedEncoder, progress)
  const source = sourceOf(spec)
  if (isRun(spec)) return ofRun(spec, source)
  const found = statSync(spec, { throwIfNoEntry: false })
  if (!found)
    throw new UsageError(
      `there is neither a file nor a run at '${spec}', and no published encoder of that name: ${suggestion(spec, Object.keys(PUBLISHED))}`,
    )
  if (!found.isFile())
    throw new UsageError(
      `expected a safetensors file or the folder of a run to begin from, got ${spec}: name the file in it`,
    )
  return { source, path: spec, facts: {}, ours: false }
}

/** A file or folder of the same name comes first. */
function isPublished(spec: string): boolean {
  return Object.hasOwn(PUBLISHED, spec) && !statSync(spec, { throwIfNoEntry: false })
}

async function published(
  name: string,
  { urls, size, sha256, input, about, license }: PublishedEncoder,
  progress: Progress,
): Promise<InitSource> {
  const set = { kind: 'encoder', name, folder: name, files: [{ name: FILE, urls, size, sha256 }] }
  const root = join(setsFolder(), 'encoders')
  const path = join(root, name, FILE)
  if (!statSync(path, { throwIfNoEntry: false })) {
    if (isOffline())
      throw new UsageError(
        `the encoder '${name}' is not on this machine and SELFSAME_OFFLINE forbids its download: put ${urls[0]} at '${path}'`,
      )
    progress.note(`Downloading ${name}: ${about}; ${license}`)
    await downloadSet(set, root, (what, done, total) => progress.work(what, done, total))
  }
  return { source: name, path, facts: { input }, ours: false }
}

const FILE = 'model.safetensors'

/** What is asked of a run's settings; the encoder is checked where settings are made of it. */
const KNOWN = settingsSchema
  .pick({ size: true, evalSize: true, input: true })
  .extend({ encoder: z.looseObject({ name: z.string() }) })
  .strip()

function ofRun(run: string, source: string): InitSource {
  const path = runPaths(run).encoder
  if (!statSync(path, { throwIfNoEntry: false })?.isFile())
    throw new UsageError(`${run} has no finished encoder to begin from: end it first with ${goingOn(run)}`)
  const { settings } = openRun(run)
  const known = KNOWN.safeParse(settings)
  if (!known.success)
    throw new SelfsameError(`the settings in ${runPaths(run).record} are not right: begin from another run`)
  const { encoder, size, evalSize, input } = known.data
  const { mean, std } = input
  const facts = { size, evalSize, input: { mean, std } }
  // one of the user's own is named by the config
  if (!Object.hasOwn(ENCODERS, encoder.name)) return { source, path, facts, ours: true }
  const recorded = recordedEncoder(encoder)
  const plain = { ...recorded, ...('firstLayer' in recorded && { firstLayer: 'random' as const }) }
  return { source, path, facts: { ...facts, encoder: plain }, ours: true }
}
