/** Training and test pictures of a judgement, and their features by every contender: embedded in one pass, or read from disk. */

import { embed } from '../encode/embed.js'
import type { Encoder } from '../encode/encoder.js'
import type { Preprocess } from '../encode/preprocess.js'
import { UsageError } from '../errors.js'
import { fingerprint, labelledPart, type Source, splitForJudging, withoutClasses } from '../images/index.js'
import { type Contender, pixels } from '../judge/index.js'
import type { Settings } from '../learn/settings.js'
import { preprocessOf } from '../learn/settings.js'
import { keep, scope, type Tensor } from '../torch/index.js'
import { cacheKey, type FeatureCache } from './feature-cache.js'
import { type Reading, readingOf, type Tell } from './judging.js'

/** Pictures of one side, as every contender sees them. */
export interface Side {
  source: Source
  /** float32 `[N, D]` each. */
  features: Map<Contender, Tensor>
  /** The names of the features in the cache: a digest of all that they depend on. */
  keys: ReadonlyMap<Contender, string>
  /** `[N]`: the index each row was read from. */
  used: Int32Array
}

/** Pictures to learn from and to be asked about. */
export interface Parts {
  train: Source
  test: Source
  /** Whether both sides' classes are known. */
  labelled: boolean
  /** Whether those to be asked about are a part of what the set has for training. */
  fromTraining: boolean
}

/**
 * Both sides as far as their classes are known, as most of STL-10's are not. A set that has classes on one side only is
 * split there. Where that is nothing to judge by, all pictures are used, without their classes.
 */
export function partsOf({ train, test }: { train: Source; test?: Source }, seed: number): Parts {
  const split = (source: Source) => splitForJudging(source, { testShare: 0.2, seed })
  const known = [train, test].filter(knows).map(labelledPart)
  const parts = known[0] && (known[1] ? { train: known[0], test: known[1] } : split(known[0]))
  if (parts && isClassification(parts))
    return { ...parts, labelled: true, fromTraining: known[1] === undefined && knows(train) }
  const all = test ? { train, test } : split(withoutClasses(train))
  return { ...all, labelled: false, fromTraining: test === undefined }
}

/** With fewer nothing can be told apart. */
const LEAST_JUDGED = 2

/** @throws UsageError when too few pictures of `spec` are left to judge by */
export function checkEnough(spec: string, { train, test }: Partial<Parts>, parts: Parts): void {
  const judged = parts.test.size
  if (judged >= LEAST_JUDGED) return
  const all = (train?.size ?? 0) + (test?.size ?? 0)
  throw new UsageError(
    `${spec} has ${all === 1 ? '1 picture' : `${all} pictures`}, ${judged} of them to be judged, and at least ${LEAST_JUDGED} are needed: add pictures${test ? ' to its test part' : ', of which a fifth is judged'}`,
  )
}

function knows(source: Source | undefined): source is Source {
  return source?.labels?.some((label) => label >= 0) ?? false
}

/** One class for all is none, and neither is a class of its own for each. */
function isClassification({ train, test }: { train: Source; test: Source }): boolean {
  const classes = new Set([...(train.labels ?? []), ...(test.labels ?? [])])
  return classes.size > 1 && train.size > 0 && test.size > 0
}

/** An encoder, and a text that changes with whatever its features depend on besides the pictures. */
export interface Embedder {
  /** Asked for only where features are not on disk; where there is none, its contender is left out. */
  encoder: () => Promise<Encoder | undefined>
  digest: string
  /** How it is given its pictures, where that is not as the run's encoder is. */
  how?: Preprocess
  /** Where its features are the first so many numbers of the learned ones; it is not asked for an encoder then. */
  first?: number
}

export type Embedders = Partial<Record<Exclude<Contender, 'pixels' | 'whitened'>, Embedder>>

export interface SideOptions extends Reading {
  settings: Settings
  embedders: Embedders
  cache: FeatureCache
  progress: Tell
}

/** Whether the features of all pictures by one contender are in the cache. */
export async function isEmbedded(
  source: Source,
  { settings, cache }: Pick<SideOptions, 'settings' | 'cache'>,
  { how = preprocessOf(settings), digest }: Embedder,
): Promise<boolean> {
  return cache.has(bankKey(await fingerprint(source), how, digest))
}

/**
 * The features of all pictures by every contender; what the cache lacks is embedded and kept there, in one pass for all who are given
 * their pictures alike.
 */
export async function embedSide(source: Source, options: SideOptions): Promise<Side> {
  const { settings, embedders, cache, progress } = options
  const pictures = await fingerprint(source)
  const usual = preprocessOf(settings)
  const keys = new Map<Contender, string>([['pixels', bankKey(pictures, usual, 'pixels')]])
  const own: Contender[] = []
  for (const [name, { how = usual, digest, first }] of entriesOf(embedders)) {
    if (first === undefined) own.push(name)
    keys.set(name, bankKey(pictures, how, digest))
  }
  const features = new Map<Contender, Tensor>()
  let used: Int32Array | undefined
  try {
    for (const name of ['pixels', ...own] as const) {
      const found = cache.read(keys.get(name) as string)
      if (!found) continue
      used ??= found.used
      features.set(name, name === 'pixels' ? vectors(found.rows) : found.rows)
    }
    const passes = await passesOf(embedders, usual, (name) => !features.has(name))
    for (const [pass, { how, encoders }] of passes.entries()) {
      const embedded = await embed(source, [...encoders.values()], how, {
        ...readingOf(source, options),
        progress: (done, total) => progress(pass + done / total, passes.length),
      })
      used = embedded.used
      for (const [i, name] of [...encoders.keys()].entries()) {
        const rows = embedded.features[i] as Tensor
        features.set(name, rows)
        cache.write(keys.get(name) as string, { rows, used })
      }
      if (features.has('pixels')) embedded.pictures.dispose()
      else {
        cache.write(keys.get('pixels') as string, { rows: embedded.pictures, used })
        features.set('pixels', vectors(embedded.pictures))
      }
    }
    addFirst(features, embedders)
    progress(1, 1)
    return { source, features, keys, used: used as Int32Array }
  } catch (error) {
    for (const tensor of features.values()) tensor.dispose()
    throw error
  }
}

/** Encoders that are given the pictures alike. */
export interface Pass {
  how: Preprocess
  encoders: ReadonlyMap<Contender, Encoder>
}

/**
 * How all are embedded that are wanted, pixels among them: one pass for those who are given their pictures as the run's encoder is, which
 * comes first, and one for each other.
 */
export async function passesOf(
  embedders: Embedders,
  usual: Preprocess,
  wanted: (name: Contender) => boolean = () => true,
): Promise<Pass[]> {
  const alike = new Map<Contender, Encoder>()
  const passes: Pass[] = []
  for (const [name, { encoder, how, first }] of entriesOf(embedders)) {
    const found = first === undefined && wanted(name) ? await encoder() : undefined
    if (found && how) passes.push({ how, encoders: new Map([[name, found]]) })
    else if (found) alike.set(name, found)
  }
  return alike.size > 0 || wanted('pixels') ? [{ how: usual, encoders: alike }, ...passes] : passes
}

/** Adds those whose features are the first numbers of the learned ones. */
export function addFirst(features: Map<Contender, Tensor>, embedders: Embedders): void {
  for (const [name, { first }] of entriesOf(embedders)) {
    if (first === undefined) continue
    const learned = features.get('learned') as Tensor
    features.set(name, keep(scope(() => learned.narrow(1, 0, first).clone())))
  }
}

function entriesOf(embedders: Embedders): [name: keyof Embedders, embedder: Embedder][] {
  return Object.entries(embedders) as [keyof Embedders, Embedder][]
}

/** The name in the cache of one contender's features of some pictures. */
function bankKey(pictures: string, { size, share, input, precision }: Preprocess, digest: string): string {
  return cacheKey({ pictures, evalSize: size, evalShare: share, input, precision, digest })
}

export function disposeSide({ features }: Side): void {
  for (const tensor of features.values()) tensor.dispose()
}

/** The pictures' vectors in place of the pictures. */
export function vectors(pictures: Tensor): Tensor {
  try {
    return pixels(pictures)
  } finally {
    pictures.dispose()
  }
}
