/** Pictures that belong together by how they were kept or taken: those of a small folder, those of one burst, those whose names follow each other. */

/** Pairs of indices; no picture is in two of them. */
export interface NaturalPairs {
  first: number[]
  second: number[]
}

/** A folder of more pictures is a kind of pictures, and not one thing. */
const MOST_IN_FOLDER = 10
/** A letter before the counter: names that are numbers alone mostly come from a list in any order. */
const COUNTER = /^((?:.*\/)?[^/]*\p{L}[^/]*?)(\d{2,9})$/u

/** One camera's pictures that follow each other within so many milliseconds mostly show one thing. */
const BURST_GAP = 3000

/**
 * Neighbours in folders of 2 to 10 pictures.
 * @param names paths with `/` between folders
 */
export function folderPairs(names: readonly string[]): NaturalPairs {
  const groups = grouped(names, (name) => {
    const end = name.lastIndexOf('/')
    return end < 0 ? undefined : name.slice(0, end)
  })
  return fromGroups([...groups.values()].filter((group) => group.length <= MOST_IN_FOLDER))
}

/**
 * Pictures that one camera took at most 3 s apart, in the order in which it did. Where more than 10 follow each other so, as frames of a film or files that
 * were all given one date do, none is what another is looked for by.
 * @param taken when and by which camera, in milliseconds; undefined where that is not known
 */
export function timePairs(taken: readonly ({ at: number; camera: string } | undefined)[]): NaturalPairs {
  const at = (i: number) => taken[i]?.at as number
  const cameras = grouped(taken, (one) => one?.camera)
  const bursts = [...cameras.values()].flatMap((members) =>
    runs(
      members.toSorted((a, b) => at(a) - at(b)),
      (before, after) => at(after) - at(before) <= BURST_GAP,
    ),
  )
  return fromGroups(bursts.filter((burst) => burst.length <= MOST_IN_FOLDER))
}

/**
 * Pictures whose names differ by 1 in the counter that they end with, as `IMG_0412.JPG` and `IMG_0413.JPG` in one folder do.
 * @param names paths with `/` between folders
 */
export function counterPairs(names: readonly string[]): NaturalPairs {
  const counted = names.map((name) => COUNTER.exec(name.replace(/\.[^./]*$/, '')))
  const number = (i: number) => Number(counted[i]?.[2])
  const series = grouped(names, (_, i) => counted[i]?.[1])
  return fromGroups(
    [...series.values()].flatMap((members) =>
      runs(
        members.toSorted((a, b) => number(a) - number(b)),
        (before, after) => number(after) - number(before) === 1,
      ),
    ),
  )
}

/** Parts of a list in each of which every member follows the one before. */
function runs(sorted: readonly number[], follows: (before: number, after: number) => boolean): number[][] {
  const found: number[][] = []
  for (const [at, i] of sorted.entries()) {
    if (at > 0 && follows(sorted[at - 1] as number, i)) found.at(-1)?.push(i)
    else found.push([i])
  }
  return found
}

function fromGroups(groups: readonly number[][]): NaturalPairs {
  const starts = groups.flatMap((group) =>
    group.flatMap((_, i) => (i % 2 === 0 && i + 1 < group.length ? [[group[i], group[i + 1]]] : [])),
  ) as [number, number][]
  return { first: starts.map(([a]) => a), second: starts.map(([, b]) => b) }
}

function grouped<T>(
  all: readonly T[],
  key: (one: T, i: number) => string | undefined,
): Map<string, number[]> {
  const groups = new Map<string, number[]>()
  for (const [i, one] of all.entries()) {
    const of = key(one, i)
    if (of === undefined) continue
    const group = groups.get(of)
    if (group) group.push(i)
    else groups.set(of, [i])
  }
  return groups
}
