/** Groups without chains: every member is near the one that stands for its group. */

export interface Edge {
  first: number
  second: number
  score: number
}

/** One that stands for a group, and those near it. */
export interface Star {
  representative: number
  members: { row: number; score: number }[]
}

/** Pairs of one component that are compared beyond those that are known, for each of its rows. */
const MORE = 40

/**
 * Takes the most preferred row, all rows near it, and goes on with what is left. Of rows that hang together by others alone it is
 * asked whether they are near.
 * @param order of any two rows, which goes first, as `sort` takes it
 * @param near the score of two rows that are no known edge, where they are near
 */
export async function stars(
  edges: readonly Edge[],
  order: (a: number, b: number) => number,
  near: (a: number, b: number) => Promise<number | undefined>,
): Promise<Star[]> {
  const scores = new Map<number, Map<number, number>>()
  const know = (a: number, b: number, score: number) => {
    const of = scores.get(a) ?? new Map<number, number>()
    scores.set(a, of.set(b, score))
  }
  for (const { first, second, score } of edges) {
    know(first, second, score)
    know(second, first, score)
  }
  const found: Star[] = []
  for (const component of components(scores)) {
    let left = component.sort(order)
    let asked = MORE * left.length
    while (left.length > 0) {
      const [representative, ...others] = left as [number, ...number[]]
      const members: Star['members'] = []
      const rest: number[] = []
      for (const row of others) {
        const known = scores.get(representative)?.get(row)
        const score = known ?? (asked-- > 0 ? await near(representative, row) : undefined)
        if (score === undefined) rest.push(row)
        else members.push({ row, score })
      }
      if (members.length > 0) found.push({ representative, members })
      left = rest
    }
  }
  return found
}

function components(scores: Map<number, Map<number, number>>): number[][] {
  const seen = new Set<number>()
  const all: number[][] = []
  for (const from of scores.keys()) {
    if (seen.has(from)) continue
    seen.add(from)
    const component = [from]
    for (const row of component)
      for (const other of scores.get(row)?.keys() ?? [])
        if (!seen.has(other)) {
          seen.add(other)
          component.push(other)
        }
    all.push(component)
  }
  return all
}
