import { createHash } from 'node:crypto'
import { checkIndex, type EncodedPicture, type Source, withoutRead } from './source.js'

/** Pictures of a source, numbered anew in the order given; labels come along. */
export function subset(source: Source, indices: ArrayLike<number>): Source {
  const chosen = Uint32Array.from(indices, (index) => {
    checkIndex(source, index)
    return index
  })
  const labels = source.labels
  const part: Source = {
    ...withoutRead(source),
    size: chosen.length,
    ...(labels && { labels: Int32Array.from(chosen, (index) => labels[index] ?? -1) }),
    describe: (index) => source.describe(chosen[index] ?? index),
    read: async (index) => {
      checkIndex(part, index)
      return await source.read(chosen[index] as number)
    },
    ...(source.encoded && {
      encoded: async (index) => {
        checkIndex(part, index)
        return (await source.encoded?.(chosen[index] as number)) as EncodedPicture
      },
    }),
  }
  return part
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
  const groups = new Map<number, number[]>()
  for (let index = 0; index < source.size; index++) {
    const label = source.labels?.[index] ?? -1
    const group = groups.get(label)
    if (group) group.push(index)
    else groups.set(label, [index])
  }
  const test: number[] = []
  const train: number[] = []
  for (const group of groups.values()) {
    const ordered = shuffled(group, (index) => draw(seed, source.describe(index)))
    const wanted = Math.max(1, Math.round(testShare * ordered.length))
    const count = Math.min(wanted, ordered.length - 1)
    test.push(...ordered.slice(0, count))
    train.push(...ordered.slice(count))
  }
  const ascending = (a: number, b: number) => a - b
  return { train: subset(source, train.sort(ascending)), test: subset(source, test.sort(ascending)) }
}

function shuffled(group: readonly number[], place: (index: number) => number): number[] {
  return group
    .map((index) => ({ index, place: place(index) }))
    .sort((a, b) => a.place - b.place || a.index - b.index)
    .map(({ index }) => index)
}

/** 48 random bits that depend on the seed and the name alone. */
function draw(seed: number, name: string): number {
  return createHash('sha256').update(`${seed}\0${name}`).digest().readUIntBE(0, 6)
}
