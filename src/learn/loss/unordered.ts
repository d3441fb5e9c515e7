import type { Output } from '../extract/extract.js'
import type { Views } from './loss.js'

/**
 * Each two views once, for losses that treat both sides alike. The earlier is the online network's, the later the
 * target's: with the net itself as target both are its own.
 */
export function unorderedPairs<O extends Output>({ online, target }: Views<O>): [O, O][] {
  return [...online].flatMap(([i, one]) =>
    [...target].flatMap(([j, other]): [O, O][] => (i < j ? [[one, other]] : [])),
  )
}
