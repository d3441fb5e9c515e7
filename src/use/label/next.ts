/** Which pictures to label next: typical ones of parts of the index that have no label yet, and of these what is unsure. */
import { kmeans } from '../groups/kmeans.js'
import { principal, projected } from '../numeric/principal.js'
import { randomFrom, someOf } from '../numeric/random.js'
import { apart } from '../numeric/vectors.js'
import type { PictureIndex } from '../store/index-reader.js'

export interface NextOptions {
  count: number
  /** Rows that have a label. */
  labelled: readonly number[]
  /** How sure each row is by what was learned, 0 to 1, `[N]`; without labels nothing is known. */
  margins?: Float32Array
  seed?: number
}

/** Directions that are looked at, and rows that are chosen among. */
const DIRECTIONS = 48
const MOST = 8192
/** Neighbours by which a row is typical. */
const NEIGHBOURS = 20
/** Groups at most: with more labels the groups without one are the parts that are least known. */
const MOST_GROUPS = 500

/**
 * As many groups as there are labels and questions are made; of the largest that have no label yet, each gives its most typical picture
 * (TypiClust, Hacohen, Dekel & Weinshall 2022), typical ones that are unsure first.
 * @returns rows, the first to be asked first
 */
export async function nextToLabel(index: PictureIndex, options: NextOptions): Promise<number[]> {
  const { labelled, seed = 0 } = options
  const random = randomFrom(seed)
  const rows = [...new Set([...someOf(index.size, MOST, random), ...labelled.slice(0, MOST)])].sort(
    (a, b) => a - b,
  )
  const directions = await principal(index, DIRECTIONS)
  const data = projected(await index.vectors(rows), directions)
  return nextAmong(rows, data, directions.count, options)
}

/** The same among rows of which `data` `[rows.length · dimension]` is known. */
export function nextAmong(
  rows: readonly number[],
  data: Float32Array,
  dimension: number,
  { count, labelled, margins, seed = 0 }: NextOptions,
): number[] {
  const known = new Set(labelled)
  const wanted = Math.min(count, rows.filter((row) => !known.has(row)).length)
  const chosen: number[] = []
  const groups = Math.min(rows.length, MOST_GROUPS, labelled.length + wanted)
  const { of, k } = kmeans(data, dimension, groups, { seed, iterations: 15 })
  const members: number[][] = Array.from({ length: k }, () => [])
  for (let at = 0; at < rows.length; at++) members[of[at] as number]?.push(at)
  const labels = members.map((group) => group.filter((at) => known.has(rows[at] as number)).length)
  while (chosen.length < wanted) {
    // the least labelled, of these the largest
    let best = -1
    for (let group = 0; group < k; group++) {
      if (open(members[group] as number[]) === 0) continue
      const better =
        best < 0 ||
        (labels[group] as number) < (labels[best] as number) ||
        (labels[group] === labels[best] && open(members[group] as number[]) > open(members[best] as number[]))
      if (better) best = group
    }
    const group = (members[best] as number[]).filter((at) => !known.has(rows[at] as number))
    const at = mostTypical(data, dimension, group, (one) => 1 - (margins?.[rows[one] as number] ?? 0))
    chosen.push(rows[at] as number)
    known.add(rows[at] as number)
    labels[best] = (labels[best] as number) + 1
  }
  return chosen

  function open(group: readonly number[]): number {
    return group.reduce((sum, at) => sum + Number(!known.has(rows[at] as number)), 0)
  }
}

/** The one of the least mean distance to its neighbours in the group, unsure ones being counted nearer. */
function mostTypical(
  data: Float32Array,
  dimension: number,
  group: readonly number[],
  unsure: (at: number) => number,
): number {
  let [best, most] = [group[0] as number, Number.NEGATIVE_INFINITY]
  // of a large group some tell enough
  const some =
    group.length > 400
      ? someOf(group.length, 400, randomFrom(group.length)).map((i) => group[i] as number)
      : group
  for (const at of some) {
    const distances = Float64Array.from(some, (other) => apart(data, at, data, other, dimension)).sort()
    const near = distances.subarray(1, 1 + NEIGHBOURS)
    const mean = near.reduce((sum, one) => sum + Math.sqrt(one), 0) / Math.max(1, near.length)
    const typical = (0.5 + unsure(at)) / (mean + 1e-9)
    if (typical > most) [best, most] = [at, typical]
  }
  return best
}
