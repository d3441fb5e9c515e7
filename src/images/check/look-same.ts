/** Whether two pictures look the same: at another size or quality they do, with one small thing in another place they do not. */
import type { Picture } from '../picture.js'
import { shrunk } from './shrunk.js'

/** Side of the grid of averages that pictures are compared by. */
const GRID = 16
/** Of the larger of two greatest averages: more than JPEG's noise, less than one small thing in another place. */
const SAME = 0.01

/** `[channels, GRID, GRID]` averages. */
export function gridOf({ data, width, height, channels }: Picture): Float32Array {
  const grid = new Float32Array(channels * GRID * GRID)
  for (let channel = 0; channel < channels; channel++) {
    const values = Float32Array.from(
      { length: width * height },
      (_, at) => data[at * channels + channel] as number,
    )
    grid.set(shrunk({ values, width, height }, GRID, GRID), channel * GRID * GRID)
  }
  return grid
}

/** Of two grids. @param share of the larger of two greatest averages by which none may differ by more */
export function lookSame(a: Float32Array, b: Float32Array, share = SAME): boolean {
  let most = 0
  let apart = 0
  for (let at = 0; at < a.length; at++) {
    const [one, other] = [a[at] as number, b[at] as number]
    most = Math.max(most, one, other)
    apart = Math.max(apart, Math.abs(one - other))
  }
  return apart <= share * most
}
