import type { Picture } from '../picture.js'
import { gridOf, lookSame } from './look-same.js'

/** Copies of another quality differ by that much of the brightest place, other pictures by more in some place. */
const APART = 0.03

/** Of up to some thousand pictures that look the same the first, all others as they are. Ascending indices. */
export function withoutCopies(pictures: readonly Picture[]): number[] {
  const kept: { at: number; grid: Float32Array }[] = []
  for (const [at, picture] of pictures.entries()) {
    const grid = gridOf(picture)
    if (!kept.some((one) => lookSame(one.grid, grid, APART))) kept.push({ at, grid })
  }
  return kept.map(({ at }) => at)
}
