/** Pictures that belong together because whoever kept them named them so: those of a small folder, and those of one burst. */

/** Pairs of indices; no picture is in two of them. */
export interface NaturalPairs {
  first: number[]
  second: number[]
}

/** A folder of more pictures is a kind of pictures, and not one thing. */
const MOST_IN_FOLDER = 10
/** A letter before the counter: names that are numbers alone mostly come from a list in any order. */
const COUNTER = /^((?:.*\/)?[^/]*\p{L}[^/]*?)(\d{2,9})$/u

/**
 * Neighbours in folders of 2 to 10 pictures, or, where those are more, pictures whose names differ by 1 in the counter that they end with, as
 * `IMG_0412.JPG` and `IMG_0413.JPG` in one folder do.
 * @param names paths with `/` between folders
 */
export function naturalPairs(names: readonly string[]): NaturalPairs {
  const inFolders = fromGroups([...byFolder(names)].filter((group) => group.length <= MOST_IN_FOLDER))
  const counted = byCounter(names)
  return inFolders.first.length >= counted.first.length ? inFolders : counted
}

function byFolder(names: readonly string[]): Iterable<number[]> {
  return grouped(names, (name) => {
    const end = name.lastIndexOf('/')
    return end < 0 ? undefined : name.slice(0, end)
  }).values()
}

function fromGroups(groups: readonly number[][]): NaturalPairs {
  const starts = groups.flatMap((group) =>
    group.flatMap((_, i) => (i % 2 === 0 && i + 1 < group.length ? [[group[i], group[i + 1]]] : [])),
  ) as [number, number][]
  return { first: starts.map(([a]) => a), second: starts.map(([, b]) => b) }
}

function byCounter(names: readonly string[]): NaturalPairs {
  const counted = names.map((name) => COUNTER.exec(name.replace(/\.[^./]*$/, '')))
  const series = grouped(names, (_, i) => counted[i]?.[1])
  const runs = [...series.values()].flatMap((members) => {
    const number = (i: number) => Number(counted[i]?.[2])
    const sorted = members.toSorted((a, b) => number(a) - number(b))
    const runs: number[][] = []
    for (const [at, i] of sorted.entries()) {
      const follows = at > 0 && number(i) - number(sorted[at - 1] as number) === 1
      if (follows) runs.at(-1)?.push(i)
      else runs.push([i])
    }
    return runs
  })
  return fromGroups(runs)
}

function grouped(
  names: readonly string[],
  key: (name: string, i: number) => string | undefined,
): Map<string, number[]> {
  const groups = new Map<string, number[]>()
  for (const [i, name] of names.entries()) {
    const of = key(name, i)
    if (of === undefined) continue
    const group = groups.get(of)
    if (group) group.push(i)
    else groups.set(of, [i])
  }
  return groups
}
