/** What the times of two pictures say of them. */

/** Watches are set by whole quarters of an hour when one travels. */
const ZONE = 15 * 60_000
/** Scores from which on two pictures of one burst show the same. */
const ALIKE = 0.2
const ALIKE_COSINE = 0.9

export interface Moments {
  /**
   * What two pictures are to one another. Two that tell of different moments are no copies, however alike they look; two that
   * differ and were taken within seconds are a burst.
   * @param score of their comparison, 0 to 1
   * @param cosine of their vectors, NaN where it is not known
   * @param near from which score on they are copies
   */
  levelOf(a: number, b: number, score: number, cosine: number, near: number): 'near' | 'burst' | undefined
}

/** @param taken ms since 1970 of each row, NaN where it is not known. @param within ms of one burst */
export function momentsOf(taken: Float64Array, within: number): Moments {
  return {
    levelOf(a, b, score, cosine, near) {
      const apart = Math.abs((taken[a] as number) - (taken[b] as number))
      const same = Number.isNaN(apart) || apart % ZONE === 0
      if (same && score >= near) return 'near'
      if (!(apart <= within)) return undefined
      return score >= ALIKE || cosine >= ALIKE_COSINE ? 'burst' : undefined
    },
  }
}
