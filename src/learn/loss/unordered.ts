import type { Output } from '../extract/extract.js'
import type { Views } from './loss.js'

/**
 * Each two views once, for losses that treat both sides alike: one side the online network's, the other the target's.
 * With the net itself as target both are its own.
 */
export function unorderedPairs<O extends Output>({ online, target }: Views<O>): [O, O][] {
  const met = new Set<string>()
  return [...online].flatMap(([i, one]) =>
    [...target].flatMap(([j, other]): [O, O][] => {
      const pair = [Math.min(i, j), Math.max(i, j)].join()
      if (i === j || met.has(pair)) return []
      met.add(pair)
      return [[one, other]]
    }),
  )
}
