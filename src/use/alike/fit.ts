/**
 * A rough place made exact: an affine map, found by inverse compositional alignment (Baker & Matthews 2004, section 3), gain and
 * offset of brightness taken out at each step.
 */

import { factored, solved } from '../numeric/solve.js'
import type { Plane } from './plane.js'

/**
 * Where the middle of the part's pixel (x, y) lies in the frame, both counted from the upper left corners:
 * `a x + b y + c`, `d x + e y + f`.
 */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

const STEPS = 12
/** A step that moves no corner by so many px is the last. */
const STILL = 0.03
/** Share of the part's pixels that must lie in the frame. */
const LEAST = 0.5
const TERMS = 6

/** The map that makes `part` most like what is under it in `frame`; as given where that leads nowhere. */
export function fitted(frame: Plane, part: Plane, from: Affine): Affine {
  const { terms, matrix } = termsOf(part)
  const factor = factored(matrix, TERMS)
  if (!factor) return from
  let [best, least] = [from, Number.POSITIVE_INFINITY]
  let map = from
  const side = new Float64Array(TERMS)
  for (let step = 0; step < STEPS; step++) {
    const { values, inside } = warped(frame, part, map)
    if (inside < LEAST * values.length) break
    const { gain, offset } = lightOf(part.values, values)
    side.fill(0)
    let error = 0
    for (let at = 0; at < values.length; at++) {
      const value = values[at] as number
      if (Number.isNaN(value)) continue
      const left = gain * value + offset - (part.values[at] as number)
      error += left * left
      for (let term = 0, of = TERMS * at; term < TERMS; term++, of++)
        side[term] = (side[term] as number) + (terms[of] as number) * left
    }
    error /= inside
    if (error >= least) break
    ;[best, least] = [map, error]
    const change = solved(factor, side)
    map = composed(map, change)
    if (moved(change, part) < STILL) return map
  }
  return best
}

/** What the part's values change by, for a change of each of the map's six numbers, and the sums of their products. */
function termsOf({ values, width, height }: Plane) {
  const terms = new Float32Array(TERMS * values.length)
  const matrix = new Float64Array(TERMS * TERMS)
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      const [left, right] = [x > 0 ? 1 : 0, x < width - 1 ? 1 : 0]
      const [up, down] = [y > 0 ? 1 : 0, y < height - 1 ? 1 : 0]
      const across =
        ((values[at + right] as number) - (values[at - left] as number)) / Math.max(1, left + right)
      const along =
        ((values[at + down * width] as number) - (values[at - up * width] as number)) / Math.max(1, up + down)
      const of = TERMS * at
      terms[of] = across * (x + 0.5)
      terms[of + 1] = across * (y + 0.5)
      terms[of + 2] = across
      terms[of + 3] = along * (x + 0.5)
      terms[of + 4] = along * (y + 0.5)
      terms[of + 5] = along
      for (let i = 0; i < TERMS; i++)
        for (let j = 0; j <= i; j++)
          matrix[i * TERMS + j] =
            (matrix[i * TERMS + j] as number) + (terms[of + i] as number) * (terms[of + j] as number)
    }
  return { terms, matrix }
}

/** First the change undone, then the map. */
function composed([a, b, c, d, e, f]: Affine, change: Float64Array): Affine {
  const [p, q, r, s, t, u] = change as unknown as [number, number, number, number, number, number]
  const [across, down] = [1 + p, 1 + t]
  const size = across * down - q * s
  // the inverse of x → (1 + p) x + q y + r, y → s x + (1 + t) y + u
  const [ia, ib, id, ie] = [down / size, -q / size, -s / size, across / size]
  const [ic, iff] = [-(ia * r + ib * u), -(id * r + ie * u)]
  return [
    a * ia + b * id,
    a * ib + b * ie,
    a * ic + b * iff + c,
    d * ia + e * id,
    d * ib + e * ie,
    d * ic + e * iff + f,
  ]
}

function moved(change: Float64Array, { width, height }: Plane): number {
  let most = 0
  for (const x of [0, width])
    for (const y of [0, height])
      for (const row of [0, 3])
        most = Math.max(
          most,
          Math.abs(
            (change[row] as number) * x + (change[row + 1] as number) * y + (change[row + 2] as number),
          ),
        )
  return most
}

/** Gain and offset that make what is under a part most like it, over what is inside. */
export function lightOf(part: Float32Array, under: Float32Array): { gain: number; offset: number } {
  let [count, p, u, uu, pu] = [0, 0, 0, 0, 0]
  for (let at = 0; at < part.length; at++) {
    const value = under[at] as number
    if (Number.isNaN(value)) continue
    const own = part[at] as number
    count++
    p += own
    u += value
    uu += value * value
    pu += own * value
  }
  const variance = uu - (u * u) / count
  const gain = variance > count ? (pu - (p * u) / count) / variance : 1
  return { gain, offset: (p - gain * u) / count }
}

/** What is under each pixel of the part, NaN beyond the frame's edge. */
export function warped(frame: Plane, part: { width: number; height: number }, map: Affine) {
  const [a, b, c, d, e, f] = map
  const { width, height, values: from } = frame
  const values = new Float32Array(part.width * part.height)
  let inside = 0
  for (let y = 0, at = 0; y < part.height; y++)
    for (let x = 0; x < part.width; x++, at++) {
      const u = a * (x + 0.5) + b * (y + 0.5) + c - 0.5
      const v = d * (x + 0.5) + e * (y + 0.5) + f - 0.5
      // up to a pixel beyond is the edge's own value
      if (!(u > -1 && v > -1 && u < width && v < height)) {
        values[at] = Number.NaN
        continue
      }
      inside++
      const px = u < 0 ? 0 : u > width - 1 ? width - 1 : u
      const py = v < 0 ? 0 : v > height - 1 ? height - 1 : v
      const left = Math.max(0, Math.min(width - 2, Math.floor(px)))
      const top = Math.max(0, Math.min(height - 2, Math.floor(py)))
      const [fx, fy] = [px - left, py - top]
      const corner = top * width + left
      const right = width > 1 ? 1 : 0
      const below = height > 1 ? width : 0
      values[at] =
        (1 - fy) * ((1 - fx) * (from[corner] as number) + fx * (from[corner + right] as number)) +
        fy * ((1 - fx) * (from[corner + below] as number) + fx * (from[corner + below + right] as number))
    }
  return { values, inside }
}
