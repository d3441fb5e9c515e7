import { equalGroups, type Groups, groupAt, groupCount, linkedGroups } from './duplicates.js'
import { nearPairs, type Pairs } from './near.js'
import { type Looked, READ, type Survey } from './survey.js'

/** A picture in a report. */
export interface Shown {
  path: string
  side: 'train' | 'test'
  /** its class, where it has one */
  label?: string
}

/** Pictures that are the same or look alike. */
export interface Alike {
  /** pictures of which there is at least one other */
  pictures: number
  groups: number
  /** pictures for testing that are also among those for training */
  testInTrain: number
  /** groups of equal pictures, or pairs of ones that look alike, with different classes */
  labelsDiffer: number
  /** the worst first: across the split, with different classes, then the others */
  examples: Example[]
}

/** Some of the pictures that are alike. */
export interface Example {
  /** pictures in the group */
  size: number
  pictures: Shown[]
  /** bits by which the hashes of a pair differ */
  distance?: number
}

/** Pictures that look alike. */
export interface LookAlike extends Alike {
  /** bits that may differ in each of the two hashes */
  bits: number
  pairs: number
  /** false where the search was stopped, or stopped itself */
  complete: boolean
}

const EXAMPLES = 100
const SHOWN = 6

/** Groups of pictures with the same pixels, among those that were read. */
export function equalPictures(found: Survey, read: Uint32Array): Groups {
  return equalGroups(found.pixels, read)
}

/** What there is to say of groups of equal pictures. */
export function copies(looked: Looked, groups: Groups): Alike {
  const count = groupCount(groups)
  const ranks = new Uint8Array(count)
  let testInTrain = 0
  let labelsDiffer = 0
  for (let group = 0; group < count; group++) {
    const members = groupAt(groups, group)
    const tests = members.reduce((sum, at) => sum + Number(looked.isTest(at)), 0)
    const across = tests > 0 && tests < members.length
    const differ = members.some((at) => differing(looked, at, members[0] as number))
    if (across) testInTrain += tests
    if (differ) labelsDiffer++
    ranks[group] = rank(across, differ)
  }
  const worst = Uint32Array.from(ranks, (_, group) => group).sort(
    (a, b) => (ranks[a] as number) - (ranks[b] as number) || a - b,
  )
  const examples = Array.from(worst.subarray(0, EXAMPLES), (group) => {
    const members = groupAt(groups, group)
    // both sides of the split are to be seen
    const shown = [
      ...new Set([members[0] as number, members.at(-1) as number, ...members.subarray(0, SHOWN)]),
    ]
    const ascending = shown.slice(0, SHOWN).sort((a, b) => a - b)
    return { size: members.length, pictures: ascending.map((at) => picture(looked, at)) }
  })
  return { pictures: groups.members.length, groups: count, testInTrain, labelsDiffer, examples }
}

/**
 * Finds pictures that look alike and are not the same. Of equal pictures one on each side of the split stands for all;
 * pictures of one colour look like each other and are left out.
 * @param bits that may differ
 * @param step told the share that is done; returns false to stop
 */
export async function lookAlikes(
  found: Survey,
  read: Uint32Array,
  equal: Groups,
  bits: number,
  step: (share: number) => boolean,
): Promise<LookAlike> {
  const { looked, looks, pixels, states } = found
  const spare = spareCopies(looked, equal)
  const compared = read.filter((at) => states[at] === READ && spare[at] === 0)
  const words = new Uint32Array(4 * compared.length)
  for (const [number, at] of compared.entries()) {
    words.set(looks.subarray(4 * at, 4 * at + 4), 4 * number)
  }
  const pairs = await run(nearPairs({ words, count: compared.length }, bits), step)
  if (!pairs)
    return { ...copies(looked, equalGroups(pixels, new Uint32Array(0))), bits, pairs: 0, complete: false }
  const same = (a: number, b: number) =>
    pixels[2 * a] === pixels[2 * b] && pixels[2 * a + 1] === pixels[2 * b + 1]
  const kept = Uint32Array.from({ length: pairs.count }, (_, pair) => pair).filter(
    (pair) =>
      !same(
        compared[pairs.first[pair] as number] as number,
        compared[pairs.second[pair] as number] as number,
      ),
  )
  const first = kept.map((pair) => compared[pairs.first[pair] as number] as number)
  const second = kept.map((pair) => compared[pairs.second[pair] as number] as number)
  const distance = Uint8Array.from(kept, (pair) => pairs.distance[pair] as number)
  return { bits, ...pairsSummary(looked, { first, second, distance }), complete: pairs.complete }
}

/** `[size]`: 1 for all equal pictures but the first of each side of the split. */
function spareCopies(looked: Looked, equal: Groups): Uint8Array {
  const spare = new Uint8Array(looked.size)
  for (let group = 0; group < groupCount(equal); group++) {
    const members = groupAt(equal, group)
    const firstTest = members.findIndex((at) => looked.isTest(at))
    members.forEach((at, number) => {
      if (number !== 0 && number !== firstTest) spare[at] = 1
    })
  }
  return spare
}

async function run(
  steps: Generator<number, Pairs, void>,
  step: (share: number) => boolean,
): Promise<Pairs | undefined> {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
    // signals are only heard when the event loop turns
    await new Promise(setImmediate)
    if (!step(value)) return undefined
  }
}

function pairsSummary(
  looked: Looked,
  pairs: { first: Uint32Array; second: Uint32Array; distance: Uint8Array },
): Alike & { pairs: number } {
  const { first, second, distance } = pairs
  const groups = linkedGroups(pairs, looked.size)
  const sizes = new Uint32Array(looked.size)
  for (let group = 0; group < groupCount(groups); group++) {
    const members = groupAt(groups, group)
    for (const at of members) sizes[at] = members.length
  }
  const tests = new Uint8Array(looked.size)
  const ranks = new Uint8Array(first.length)
  let labelsDiffer = 0
  first.forEach((a, pair) => {
    const b = second[pair] as number
    // pictures for testing come after those for training
    const across = looked.isTest(b) && !looked.isTest(a)
    const differ = differing(looked, a, b)
    if (across) tests[b] = 1
    if (differ) labelsDiffer++
    ranks[pair] = rank(across, differ)
  })
  const worst = Uint32Array.from(first, (_, pair) => pair).sort(
    (a, b) =>
      (ranks[a] as number) - (ranks[b] as number) ||
      (distance[a] as number) - (distance[b] as number) ||
      (first[a] as number) - (first[b] as number) ||
      (second[a] as number) - (second[b] as number),
  )
  return {
    pictures: groups.members.length,
    groups: groupCount(groups),
    pairs: first.length,
    testInTrain: tests.reduce((sum, test) => sum + test, 0),
    labelsDiffer,
    examples: Array.from(worst.subarray(0, EXAMPLES), (pair) => ({
      size: sizes[first[pair] as number] as number,
      pictures: [first[pair] as number, second[pair] as number].map((at) => picture(looked, at)),
      distance: distance[pair] as number,
    })),
  }
}

function rank(across: boolean, differ: boolean): number {
  return across ? 0 : differ ? 1 : 2
}

function differing(looked: Looked, a: number, b: number): boolean {
  const [one, other] = [looked.label(a), looked.label(b)]
  return one >= 0 && other >= 0 && one !== other
}

function picture(looked: Looked, at: number): Shown {
  const { source } = looked.place(at)
  const label = source.classes?.[looked.label(at)]
  return {
    path: looked.name(at),
    side: looked.isTest(at) ? 'test' : 'train',
    ...(label !== undefined && { label }),
  }
}
