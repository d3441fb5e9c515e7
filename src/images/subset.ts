import { createHash } from 'node:crypto'
import type { Header } from './decode/decode.js'
import { evenly } from './evenly.js'
import { checkIndex, type EncodedPicture, type Source, withoutRead } from './source.js'

/** Pictures of a source, numbered anew in the order given; labels come along. */
export function subset(source: Source, indices: ArrayLike<number>): Source {
  const chosen = new Uint32Array(indices.length)
  const labels = source.labels && new Int32Array(indices.length)
  for (let at = 0; at < chosen.length; at++) {
    const index = indices[at] as number
    checkIndex(source, index)
    chosen[at] = index
    if (labels) labels[at] = source.labels?.[index] ?? -1
  }
  const part: Source = {
    ...withoutRead(source),
    size: chosen.length,
    ...(labels && { labels }),
    describe: (index) => source.describe(chosen[index] ?? index),
    read: async (index) => {
      checkIndex(part, index)
      return await source.read(chosen[index] as number)
    },
    ...(source.file && {
      file: (index) => {
        checkIndex(part, index)
        return source.file?.(chosen[index] as number) as string
      },
    }),
    ...(source.encoded && {
      encoded: async (index) => {
        checkIndex(part, index)
        return (await source.encoded?.(chosen[index] as number)) as EncodedPicture
      },
    }),
    ...(source.header && {
      header: async (index) => {
        checkIndex(part, index)
        return (await source.header?.(chosen[index] as number)) as Header
      },
    }),
  }
  return part
}

/** At most `count` pictures of a source, at even distances; the source itself where it has no more. */
export function evenSubset(source: Source, count: number): Source {
  return count < source.size ? subset(source, evenly(source.size, count)) : source
}

/** The pictures whose class is known; the source itself where those are all of them, or none. */
export function labelledPart(source: Source): Source {
  const { labels } = source
  const known = labels?.reduce((count, label) => count + (label < 0 ? 0 : 1), 0) ?? 0
  if (labels === undefined || known === 0 || known === source.size) return source
  const indices = new Uint32Array(known)
  let at = 0
  for (let index = 0; index < labels.length; index++) {
    if ((labels[index] as number) >= 0) indices[at++] = index
  }
  return subset(source, indices)
}

/** The same pictures, as if the class of none were known. */
export function withoutClasses(source: Source): Source {
  const { labels: _, classes: __, ...rest } = withoutRead(source)
  return { ...rest, read: (index) => source.read(index) }
}

/** How many classes the sources have together: by their names, or by the last class that a picture has. */
export function classCount(...sources: readonly Pick<Source, 'labels' | 'classes'>[]): number {
  const counts = sources.map(({ labels = new Int32Array(), classes = [] }) =>
    labels.reduce((most, label) => Math.max(most, label + 1), classes.length),
  )
  return Math.max(...counts)
}

/** How a source is split for judging. */
export interface SplitOptions {
  /** 0 to 1, both excluded */
  testShare?: number
  seed?: number
}

/**
 * Splits a source without a split of its own in two, in each class the same where classes are known. Where a picture
 * goes depends on the seed and its path, so that pictures added later move few of the others. A class of two or more
 * pictures is on both sides.
 */
export function splitForJudging(
  source: Source,
  { testShare = 0.2, seed = 0 }: SplitOptions = {},
): { train: Source; test: Source } {
  if (!(testShare > 0 && testShare < 1)) {
    throw new RangeError(`expected a test share between 0 and 1, got ${testShare}`)
  }
  const places = new Float64Array(source.size)
  for (let index = 0; index < source.size; index++) places[index] = draw(seed, source.describe(index))
  const held = firstOfEachClass(places, source.labels, (size) => {
    const wanted = Math.max(1, Math.round(testShare * size))
    return Math.min(wanted, size - 1)
  })
  return { train: subset(source, indicesOf(held, 0)), test: subset(source, indicesOf(held, 1)) }
}

/** Of one class: how many it has, their places in order, and what is still to be held back at the last place. */
interface Class {
  size: number
  places: Float64Array
  last: number
  left: number
}

/**
 * Marks with 1 the pictures of each class that have the first places; of equal places, the first index goes first.
 * Nothing here is an object a picture, as there may be a million.
 */
function firstOfEachClass(
  places: Float64Array,
  labels: Int32Array | undefined,
  wanted: (size: number) => number,
): Uint8Array {
  const classes = new Map<number, Class>()
  const classOf = (index: number) => classes.get(labels?.[index] ?? -1) as Class
  for (let index = 0; index < places.length; index++) {
    const label = labels?.[index] ?? -1
    const known = classes.get(label)
    if (known) known.size++
    else classes.set(label, { size: 1, places: new Float64Array(), last: -1, left: 0 })
  }
  for (const one of classes.values()) one.places = new Float64Array(one.size)
  for (let index = 0; index < places.length; index++) {
    const one = classOf(index)
    one.places[one.left++] = places[index] as number
  }
  for (const one of classes.values()) {
    const count = wanted(one.size)
    one.last = one.places.sort()[count - 1] ?? -1
    // those before the last place all go
    one.left = count - one.places.findIndex((place) => place >= one.last)
  }
  const marks = new Uint8Array(places.length)
  for (let index = 0; index < places.length; index++) {
    const one = classOf(index)
    const place = places[index] as number
    if (place < one.last || (place === one.last && one.left-- > 0)) marks[index] = 1
  }
  return marks
}

/** Where `marks` has `mark`, ascending. */
function indicesOf(marks: Uint8Array, mark: number): Uint32Array {
  let count = 0
  for (const one of marks) if (one === mark) count++
  const indices = new Uint32Array(count)
  for (let index = 0, at = 0; at < count; index++) if (marks[index] === mark) indices[at++] = index
  return indices
}

/** 48 random bits that depend on the seed and the name alone. */
function draw(seed: number, name: string): number {
  return createHash('sha256').update(`${seed}\0${name}`).digest().readUIntBE(0, 6)
}
