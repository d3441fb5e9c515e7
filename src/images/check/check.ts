import { Quarantine } from '../quarantine.js'
import type { Data } from '../source.js'
import type { ChannelStatistics } from '../statistics.js'
import { type Alike, copies, equalPictures } from './alike.js'
import { type AsideGroup, FLAT, Looked, READ, type Survey, survey } from './survey.js'

/** How a set is checked. */
export interface CheckOptions {
  /** look at this many pictures, at even distances */
  sample?: number
  /** share of pictures that may be set aside in training */
  maxShare?: number
  /** told now and then */
  progress?: (done: number, total: number) => void
  /** ends reading, after which what was read is still compared */
  signal?: AbortSignal
}

/** A count with the first paths. */
export interface Some {
  count: number
  paths: string[]
}

/** What a set is like and what is wrong with it. */
export interface Check {
  name: string
  train: number
  test?: number
  /** pictures that were visited, of so many that were to be */
  visited: number
  looked: number
  read: number
  notes: readonly string[]
  /** by the endings of names, where pictures are files */
  endings: Record<string, number>
  channels: number
  /** value of full brightness */
  maximum: number
  /** undefined where nothing could be read */
  sizes?: Sizes
  /** pictures without colour in a set with three channels */
  grey: number
  /** of the pictures for training */
  statistics?: ChannelStatistics
  classes?: { name: string; train: number; test: number }[]
  unlabelled: number
  exact: Alike
  flat: Some
  aside: { count: number; limit: number; groups: AsideGroup[] }
  /** that it took */
  seconds: number
  /** whether it was told to stop before all was done */
  interrupted: boolean
}

/** Sizes in px. */
export interface Sizes {
  /** width and height of the picture of the smallest area; of equal areas, the narrowest counts as the smallest */
  smallest: [number, number]
  /** of the picture in the middle of that order */
  median: [number, number]
  largest: [number, number]
  /** pictures whose short side is less than `SMALL_SIDE` */
  small: number
}

/** Pictures smaller than this are enlarged even for small views. */
export const SMALL_SIDE = 32
const PATHS = 5

/** Reads all pictures once and says what there is. @throws SelfsameError when the set itself is damaged */
export async function checkData(data: Data, options: CheckOptions = {}): Promise<Check> {
  const { sample, maxShare, progress, signal } = options
  const began = performance.now()
  const looked = new Looked(data, sample)
  const found = await survey(looked, (done) => {
    progress?.(done, looked.size)
    return !signal?.aborted
  })
  const read = numbers(looked.size, (at) => found.states[at] === READ || found.states[at] === FLAT)
  const equal = equalPictures(found, read)
  const { train, test } = data
  return {
    name: train.name,
    train: train.size,
    ...(test && { test: test.size }),
    visited: found.visited,
    looked: looked.size,
    read: read.length,
    notes: data.notes ?? [],
    endings: endingsOf(found),
    channels: train.channels,
    maximum: train.maximum,
    ...(read.length > 0 && { sizes: sizesOf(found, read) }),
    grey: found.grey,
    ...(found.statistics && { statistics: found.statistics }),
    ...classesOf(data),
    exact: copies(looked, equal),
    flat: flatOnes(found),
    aside: {
      count: found.visited - read.length,
      limit: new Quarantine(train.size, maxShare === undefined ? {} : { maxShare }).limit,
      groups: found.aside.sort((a, b) => b.count - a.count),
    },
    seconds: (performance.now() - began) / 1000,
    interrupted: found.visited < looked.size,
  }
}

function numbers(size: number, wanted: (at: number) => boolean): Uint32Array {
  const all = new Uint32Array(size)
  let count = 0
  for (let at = 0; at < size; at++) if (wanted(at)) all[count++] = at
  return all.slice(0, count)
}

function endingsOf({ looked, visited }: Survey): Record<string, number> {
  const counts = new Map<string, number>()
  for (let at = 0; at < visited; at++) {
    if (looked.place(at).source.encoded === undefined) continue
    const ending = /\.([^./]*)$/.exec(looked.name(at))?.[1]?.toLowerCase() ?? ''
    counts.set(ending, (counts.get(ending) ?? 0) + 1)
  }
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a))
}

function sizesOf({ widths, heights }: Survey, read: Uint32Array): Sizes {
  const size = (at: number): [number, number] => [widths[at] as number, heights[at] as number]
  let small = 0
  for (const at of read) if (Math.min(...size(at)) < SMALL_SIDE) small++
  const ordered = Array.from(read, size).sort(([a, b], [c, d]) => a * b - c * d || a - c)
  const [smallest, median, largest] = [0, ordered.length >> 1, ordered.length - 1].map(
    (at) => ordered[at] as [number, number],
  ) as [[number, number], [number, number], [number, number]]
  return { smallest, median, largest, small }
}

function classesOf({ train, test }: Data): Pick<Check, 'classes' | 'unlabelled'> {
  // where pictures for training have no classes, those for testing may
  const names = (train.labels && train.classes) ?? (test?.labels && test.classes)
  if (!names) return { unlabelled: train.size }
  const count = (labels: Int32Array | undefined) => {
    const counts = new Uint32Array(names.length)
    for (const label of labels ?? []) if (label >= 0) counts[label] = (counts[label] as number) + 1
    return counts
  }
  const trained = count(train.labels)
  const tested = count(test?.labels)
  return {
    classes: names.map((name, label) => ({
      name,
      train: trained[label] as number,
      test: tested[label] as number,
    })),
    unlabelled: train.size - trained.reduce((sum, pictures) => sum + pictures, 0),
  }
}

function flatOnes({ looked, states }: Survey): Some {
  const flat: Some = { count: 0, paths: [] }
  for (const [at, state] of states.entries()) {
    if (state !== FLAT) continue
    flat.count++
    if (flat.paths.length < PATHS) flat.paths.push(looked.name(at))
  }
  return flat
}
