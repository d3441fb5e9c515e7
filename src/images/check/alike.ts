import { equalGroups, type Groups, groupAt, groupCount } from './duplicates.js'
import type { Looked, Survey } from './survey.js'

/** A picture in a report. */
export interface Shown {
  path: string
  side: 'train' | 'test'
  /** its class, where it has one */
  label?: string
}

/** Pictures that are the same. */
export interface Alike {
  /** pictures of which there is at least one other */
  pictures: number
  groups: number
  /** pictures for testing that are also among those for training */
  testInTrain: number
  /** groups with different classes */
  labelsDiffer: number
  /** the worst first: across the split, with different classes, then the others */
  examples: Example[]
}

/** Some of the pictures that are alike. */
export interface Example {
  /** pictures in the group */
  size: number
  pictures: Shown[]
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
