/** Pairs of pictures that belong together, from the names and the headers of a set. */
import { evenly, PictureError, type Source, type Taken } from '../images/index.js'
import { counterPairs, type Evidence, folderPairs, type NaturalPairs, timePairs } from '../judge/index.js'

/** Headers that are looked at to see whether there are times at all, and at most. */
const FIRST = 64
const MOST = 10_000
/** Neighbours in the list that are looked at together: names of a burst mostly follow each other. */
const BLOCK = 100
/** As many as libuv has threads. */
const AT_ONCE = 4
/** Of those looked at first that must have a time. */
const LEAST_SHARE = 1 / 8

/** Pairs by what they were told by: those that someone put together first, those that merely follow each other last. Headers are read when they are asked for. */
export async function* naturalPairsIn(
  source: Source,
  signal?: AbortSignal,
): AsyncGenerator<NaturalPairs & { evidence: Evidence }> {
  const names = Array.from({ length: source.size }, (_, index) => source.describe(index))
  yield { evidence: 'names', ...folderPairs(names) }
  const { indices, taken } = await takenOf(source, signal)
  const { first, second } = timePairs(taken)
  const picture = (at: number) => indices[at] as number
  yield { evidence: 'times', first: first.map(picture), second: second.map(picture) }
  yield { evidence: 'names', ...counterPairs(names) }
}

/** When pictures were taken, by at most 10,000 headers; none where hardly any of the first 64 says so. */
async function takenOf(
  source: Source,
  signal?: AbortSignal,
): Promise<{ indices: number[]; taken: (Taken | undefined)[] }> {
  const none = { indices: [], taken: [] }
  if (!source.header) return none
  const some = evenly(source.size, Math.min(FIRST, source.size))
  const known = (await readTimes(source, some, signal)).filter((one) => one !== undefined).length
  if (known < LEAST_SHARE * some.length) return none
  const indices = inBlocks(source.size)
  return { indices, taken: await readTimes(source, indices, signal) }
}

/** All below `size`, or blocks of neighbours at even distances. */
function inBlocks(size: number): number[] {
  if (size <= MOST) return [...Array(size).keys()]
  return evenly(size - BLOCK, MOST / BLOCK).flatMap((from) =>
    Array.from({ length: BLOCK }, (_, i) => from + i),
  )
}

async function readTimes(
  source: Source,
  indices: readonly number[],
  signal?: AbortSignal,
): Promise<(Taken | undefined)[]> {
  const found: (Taken | undefined)[] = Array(indices.length)
  let next = 0
  const read = async () => {
    while (next < indices.length) {
      signal?.throwIfAborted()
      const at = next++
      try {
        found[at] = (await source.header?.(indices[at] as number))?.taken
      } catch (error) {
        if (!(error instanceof PictureError)) throw error
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, read))
  return found
}
