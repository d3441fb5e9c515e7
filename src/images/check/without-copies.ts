import type { Picture } from '../picture.js'
import { groupAt, groupCount, linkedGroups } from './duplicates.js'
import { lookHashes } from './hash.js'
import { nearPairs } from './near.js'

/** Bits by which both hashes of copies may differ: another size or quality of the same file. */
const BITS = 2

/** Of pictures that are copies of one another, the first; all others as they are. Ascending indices. */
export function withoutCopies(pictures: readonly Picture[]): number[] {
  const words = Uint32Array.from(
    pictures.flatMap((picture) => {
      const { difference, frequency } = lookHashes(picture)
      return [...difference, ...frequency]
    }),
  )
  const search = nearPairs({ words, count: pictures.length }, BITS)
  let step = search.next()
  while (!step.done) step = search.next()
  const groups = linkedGroups(step.value, pictures.length)
  const dropped = new Set<number>()
  for (let group = 0; group < groupCount(groups); group++)
    for (const later of groupAt(groups, group).subarray(1)) dropped.add(later)
  return [...pictures.keys()].filter((at) => !dropped.has(at))
}
