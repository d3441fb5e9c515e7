/** What all parts of a judgement are given alike. */
import { type BatchOptions, Quarantine, type Source } from '../images/index.js'
import type { Attempts } from './attempts.js'
import type { FeatureCache } from './feature-cache.js'

/** How pictures are read, wherever they are. */
export interface Reading {
  /** Share of unreadable pictures at which to stop; 0.05 unless the run was given another. */
  badShare?: number | undefined
  /** Ends all of it between two batches. */
  signal?: AbortSignal | undefined
}

export interface Judging extends Reading {
  seed: number
  /** Where answers are kept beside the features, so that an evaluation that was stopped goes on. */
  cache: FeatureCache
  attempts: Attempts
}

/** Told how far a part is, and what is done in it. */
export type Tell = (done: number, total: number, what?: string) => void

/** How the batches of a source are read. */
export function readingOf(source: Source, { badShare, signal }: Reading): BatchOptions {
  return { quarantine: new Quarantine(source.size, { maxShare: badShare }), ...(signal && { signal }) }
}
