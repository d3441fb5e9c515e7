/** Groups of equal things, of a million as well: typed arrays only. */

/** Pictures in groups: group g has `members[starts[g]]` to before `members[starts[g + 1]]`. */
export interface Groups {
  /** `[groups + 1]` */
  starts: Uint32Array
  /** ascending in each group; the groups are in the order of their first members */
  members: Uint32Array
}

/** Number of groups. */
export function groupCount({ starts }: Groups): number {
  return starts.length - 1
}

/** The members of one group. */
export function groupAt({ starts, members }: Groups, group: number): Uint32Array {
  return members.subarray(starts[group] as number, starts[group + 1] as number)
}

/**
 * Groups of two and more whose two words are equal.
 * @param words two a picture
 * @param among the pictures to group, ascending
 */
export function equalGroups(words: Uint32Array, among: Uint32Array): Groups {
  const high = (picture: number) => words[2 * picture] as number
  const low = (picture: number) => words[2 * picture + 1] as number
  const sorted = among.slice().sort((a, b) => high(a) - high(b) || low(a) - low(b) || a - b)
  return gather(sorted, (a, b) => high(a) === high(b) && low(a) === low(b))
}

/** Neighbours that belong together, where they are two and more. */
function gather(sorted: Uint32Array, together: (a: number, b: number) => boolean): Groups {
  const runs: { from: number; to: number }[] = []
  for (let from = 0; from < sorted.length; ) {
    let to = from + 1
    while (to < sorted.length && together(sorted[from] as number, sorted[to] as number)) to++
    if (to - from > 1) runs.push({ from, to })
    from = to
  }
  runs.sort((a, b) => (sorted[a.from] as number) - (sorted[b.from] as number))
  const starts = new Uint32Array(runs.length + 1)
  const members = new Uint32Array(runs.reduce((sum, { from, to }) => sum + to - from, 0))
  runs.forEach(({ from, to }, group) => {
    members.set(sorted.subarray(from, to), starts[group])
    starts[group + 1] = (starts[group] as number) + to - from
  })
  return { starts, members }
}
