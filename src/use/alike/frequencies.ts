/** A few numbers of a picture that stay the same when it is mirrored, turned by quarters, scaled, or made lighter or darker. */
import { toUnit } from '../numeric/vectors.js'
import { type Plane, resized } from './plane.js'

/** Side of the square that the picture is drawn to, px, and lowest frequencies in each direction. */
const SIDE = 16
const LOWEST = 8

/** For u from 0: cos(π (x + ½) u / SIDE) of all x. */
const WAVES = Float32Array.from({ length: LOWEST * SIDE }, (_, at) =>
  Math.cos((Math.PI * ((at % SIDE) + 0.5) * Math.floor(at / SIDE)) / SIDE),
)

/** Numbers of one picture: of each pair of frequencies (u, v), u ≤ v, but the mean. */
export const FREQUENCIES = LOWEST * LOWEST - 1

/**
 * Strengths of low frequencies without their signs, (u, v) and (v, u) as their sum and difference: mirroring changes signs of a
 * cosine transform, a quarter turn swaps both directions. Their roots, so that the strongest are not all.
 * @returns `[FREQUENCIES]`
 */
export function frequencies(plane: Plane): Float32Array {
  const { values } = resized(plane, SIDE, SIDE)
  const across = new Float32Array(SIDE * LOWEST)
  for (let y = 0; y < SIDE; y++)
    for (let u = 0; u < LOWEST; u++) {
      let sum = 0
      for (let x = 0; x < SIDE; x++) sum += (WAVES[u * SIDE + x] as number) * (values[y * SIDE + x] as number)
      across[y * LOWEST + u] = sum
    }
  const strength = (u: number, v: number) => {
    let sum = 0
    for (let y = 0; y < SIDE; y++) sum += (WAVES[v * SIDE + y] as number) * (across[y * LOWEST + u] as number)
    return Math.abs(sum)
  }
  const out = new Float32Array(FREQUENCIES)
  let at = 0
  for (let u = 0; u < LOWEST; u++)
    for (let v = u === 0 ? 1 : u; v < LOWEST; v++) {
      const [one, other] = [strength(u, v), strength(v, u)]
      out[at++] = Math.sqrt(u === v ? one : one + other)
      if (u !== v) out[at++] = Math.sqrt(Math.abs(one - other))
    }
  return out
}

/** Makes each number of mean 0 and deviation 1 over all rows, and then each row of length 1. */
export function evened(rows: Float32Array): Float32Array {
  const count = rows.length / FREQUENCIES
  for (let column = 0; column < FREQUENCIES; column++) {
    let [sum, squares] = [0, 0]
    for (let at = column; at < rows.length; at += FREQUENCIES) {
      sum += rows[at] as number
      squares += (rows[at] as number) ** 2
    }
    const mean = sum / count
    const scale = 1 / (Math.sqrt(Math.max(0, squares / count - mean * mean)) || 1)
    for (let at = column; at < rows.length; at += FREQUENCIES)
      rows[at] = ((rows[at] as number) - mean) * scale
  }
  return toUnit(rows, FREQUENCIES)
}
