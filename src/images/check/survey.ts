import { type Picture, PictureError } from '../picture.js'
import type { Data, Source } from '../source.js'
import { type ChannelStatistics, Statistics } from '../statistics.js'
import { pixelHash } from './hash.js'

/** Which pictures of both sides are looked at, numbered through: those for training first. */
export class Looked {
  readonly size: number
  /** how many of them are for training */
  readonly train: number
  readonly #data: Data
  readonly #total: number

  /** @param most this many at even distances where there are more */
  constructor(data: Data, most = Number.POSITIVE_INFINITY) {
    this.#data = data
    this.#total = data.train.size + (data.test?.size ?? 0)
    this.size = Math.min(most, this.#total)
    this.train = Math.ceil((this.size * data.train.size) / this.#total)
  }

  /** The source of a picture and its index there. */
  place(at: number): { source: Source; index: number } {
    const { train, test } = this.#data
    const number = Math.floor((at * this.#total) / this.size)
    return number < train.size || !test
      ? { source: train, index: number }
      : { source: test, index: number - train.size }
  }

  name(at: number): string {
    const { source, index } = this.place(at)
    return source.describe(index)
  }

  /** The picture's class, -1 where it has none. */
  label(at: number): number {
    const { source, index } = this.place(at)
    return source.labels?.[index] ?? -1
  }

  isTest(at: number): boolean {
    return at >= this.train
  }
}

/** Pictures that cannot be read for one reason. */
export interface AsideGroup {
  reason: string
  count: number
  /** the first few */
  paths: string[]
}

/** What reading all pictures once told: about 17 bytes a picture. */
export interface Survey {
  looked: Looked
  /** pictures that were visited; fewer than were looked for where the survey was stopped */
  visited: number
  /** `[size]`: what became of each */
  states: Uint8Array
  /** `[size, 2]`, the hash of the pixels */
  pixels: Uint32Array
  /** `[size]`, px */
  widths: Uint32Array
  heights: Uint32Array
  aside: AsideGroup[]
  /** of the pictures for training; undefined where none was read */
  statistics?: ChannelStatistics
  /** pictures whose channels are all equal, where there are three */
  grey: number
}

/** The values of `Survey.states`. */
export const NOT_VISITED = 0
export const READ = 1
/** read, and of one colour throughout */
export const FLAT = 2
export const ASIDE = 3

/** A deviation below one grey value of 255. */
export const FLAT_DEVIATION = 1 / 255
const PATHS = 5
const MOST_REASONS = 100
const OTHERS = 'other reasons'
const AHEAD = 16

/**
 * Reads each picture once, several at a time, and keeps a few numbers of each.
 * @param step told after each picture; returns false to stop
 */
export async function survey(looked: Looked, step: (done: number) => boolean): Promise<Survey> {
  const { size } = looked
  const found: Survey = {
    looked,
    visited: 0,
    states: new Uint8Array(size),
    pixels: new Uint32Array(2 * size),
    widths: new Uint32Array(size),
    heights: new Uint32Array(size),
    aside: [],
    grey: 0,
  }
  const sides = new Map<Source, Statistics>()
  const statisticsOf = (source: Source) => {
    const known = sides.get(source) ?? new Statistics(source)
    sides.set(source, known)
    return known
  }
  const reading: Promise<Picture | PictureError>[] = []
  let next = 0
  // in order, so that sums do not depend on which is read first
  for (let at = 0; at < size; at++) {
    while (next < size && next < at + AHEAD) {
      const picture = readOr(looked, next++)
      // an error is thrown when its turn comes; until then it must not count as unhandled
      picture.catch(() => {})
      reading.push(picture)
    }
    const picture = (await reading.shift()) as Picture | PictureError
    if (picture instanceof PictureError) {
      found.states[at] = ASIDE
      setAside(found.aside, picture.reason, looked.name(at))
    } else take(found, at, picture, statisticsOf(looked.place(at).source))
    found.visited++
    if (!step(found.visited)) break
  }
  await Promise.allSettled(reading)
  const trained = size > 0 ? sides.get(looked.place(0).source) : undefined
  if (trained) found.statistics = trained.result()
  return found
}

async function readOr(looked: Looked, at: number): Promise<Picture | PictureError> {
  const { source, index } = looked.place(at)
  try {
    return await source.read(index)
  } catch (error) {
    if (error instanceof PictureError) return error
    throw error
  }
}

function setAside(groups: AsideGroup[], reason: string, path: string): void {
  const same = groups.find((group) => group.reason === reason)
  if (same) {
    same.count++
    if (same.paths.length < PATHS) same.paths.push(path)
  } else if (groups.length < MOST_REASONS || reason === OTHERS)
    groups.push({ reason, count: 1, paths: [path] })
  else setAside(groups, OTHERS, path)
}

function take(found: Survey, at: number, picture: Picture, statistics: Statistics): void {
  const { data, width, height, channels } = picture
  const deviation = statistics.add(data)
  found.states[at] = deviation < FLAT_DEVIATION ? FLAT : READ
  found.widths[at] = width
  found.heights[at] = height
  found.pixels.set(pixelHash(picture), 2 * at)
  if (channels === 3 && isGrey(data)) found.grey++
}

/** Whether the three channels of each pixel are equal. */
export function isGrey(values: ArrayLike<number>): boolean {
  for (let at = 0; at < values.length; at += 3) {
    if (values[at] !== values[at + 1] || values[at] !== values[at + 2]) return false
  }
  return true
}
