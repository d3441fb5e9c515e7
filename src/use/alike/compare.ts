/** Whether one picture is a copy of another, and where it lies in it, by their thumbnails. */
import { type Affine, fitted, lightOf, warped } from './fit.js'
import { LEVELS, type Look } from './look.js'
import { type Place, roughPlaces, zoom } from './overlay.js'
import { detail, type Plane, resized, turned } from './plane.js'

/** How two pictures lie over one another. */
export interface Match {
  /** Correlation of edges and grain where both show the same, 0 to 1: the mean of that of the whole and that of the worst part. */
  score: number
  /** Whether the second one lies in the first; else the first in the second. */
  secondInFirst: boolean
  /** The way that the one inside is laid down, 0 to 7. */
  turn: number
  /** From the part to the frame, in px of the frame's finest level. */
  map: Affine
  part: { width: number; height: number }
  frame: { width: number; height: number }
}

/** Correlation of brightness at the roughest level, below which pictures are not looked at again. */
const ROUGH = 0.8
/** Of edges at the middle level, below which a place is given up. */
const MIDDLE = 0.4
/** Places that are made exact. */
const TRIED = 3
/** A score at which no other place is tried. */
const SURE = 0.9
/** Half a square whose average is taken off, px. */
const REACH = 3

/** The best of the ways to lay one over the other; undefined where none is even roughly alike. */
export function compare(first: Look, second: Look): Match | undefined {
  if (first.flat || second.flat) return undefined
  const tried = [
    ...roughPlaces(first, second, ROUGH).map((place) => ({ place, frame: first, part: second })),
    ...roughPlaces(second, first, ROUGH).map((place) => ({ place, frame: second, part: first })),
  ]
    .sort((a, b) => b.place.score - a.place.score)
    .slice(0, TRIED)
  let best: Match | undefined
  for (const { place, frame, part } of tried) {
    const { score, map, size } = exact(frame, part, place)
    if (best && score <= best.score) continue
    const { width, height } = frame.levels[2]
    best = {
      score,
      secondInFirst: frame === first,
      turn: place.turn,
      map,
      part: size,
      frame: { width, height },
    }
    if (score >= SURE) break
  }
  return best
}

function exact(frame: Look, part: Look, place: Place) {
  const laid = turned(part.levels[2], place.turn)
  // first as it was found, then each level from the one before
  let small: Plane = { values: laid.values, width: place.width, height: place.height }
  let map: Affine = [1, 0, place.left, 0, 1, place.top]
  let score = { whole: 0, least: 0 }
  for (let level = 1; level < LEVELS.length; level++) {
    const grown = (LEVELS[level] as number) / (LEVELS[level - 1] as number)
    const next = resized(
      laid,
      Math.max(4, Math.round(place.width * zoom(level))),
      Math.max(4, Math.round(place.height * zoom(level))),
    )
    const [x, y] = [(small.width * grown) / next.width, (small.height * grown) / next.height]
    const [a, b, c, d, e, f] = map
    const big = frame.levels[level] as Plane
    map = fitted(big, next, [a * x, b * y, c * grown, d * x, e * y, f * grown])
    score = likeness(big, next, map)
    small = next
    if (score.whole < MIDDLE) break
  }
  return { score: (score.whole + score.least) / 2, map, size: { width: small.width, height: small.height } }
}

/** Correlation of the details of a part and of what is under it. */
function likeness(frame: Plane, part: Plane, map: Affine): { whole: number; least: number } {
  const { values, inside } = warped(frame, part, map)
  if (inside < values.length / 2) return { whole: 0, least: 0 }
  const { gain, offset } = lightOf(part.values, values)
  const filled = Float32Array.from(values)
  // beyond the edge the part itself, so that no edge is seen there
  for (let at = 0; at < filled.length; at++)
    if (Number.isNaN(filled[at])) filled[at] = ((part.values[at] as number) - offset) / (gain || 1)
  const { width, height } = part
  const [own, its] = [detail(part, REACH), detail({ values: filled, width, height }, REACH)]
  const whole = correlation(own, its, values, { left: 0, top: 0, width, height })
  return { whole, least: leastPart(own, its, values) }
}

/** Parts in each direction, and the share of the mean part's strength that one must have to tell anything. */
const PARTS = 4
const TELLING = 0.3

/** The least correlation of a part that has edges enough to tell: where something moved, that part alone differs. */
function leastPart(a: Plane, b: Plane, counted: Float32Array): number {
  const [width, height] = [a.width / PARTS, a.height / PARTS]
  const parts = Array.from({ length: PARTS * PARTS }, (_, at) => ({
    left: Math.round((at % PARTS) * width),
    top: Math.round(Math.floor(at / PARTS) * height),
    width: Math.round(width),
    height: Math.round(height),
  })).map((part) => ({ part, strength: Math.max(strength(a, part), strength(b, part)) }))
  const mean = parts.reduce((sum, one) => sum + one.strength, 0) / parts.length
  const telling = parts.filter((one) => one.strength > TELLING * mean)
  return Math.min(1, ...telling.map(({ part }) => correlation(a, b, counted, part)))
}

interface Area {
  left: number
  top: number
  width: number
  height: number
}

function strength({ values, width }: Plane, area: Area): number {
  let sum = 0
  for (let y = area.top; y < area.top + area.height; y++)
    for (let x = area.left; x < area.left + area.width; x++) sum += (values[y * width + x] ?? 0) ** 2
  return sum
}

function correlation(one: Plane, other: Plane, counted: Float32Array, area: Area): number {
  let [n, sa, sb, aa, bb, ab] = [0, 0, 0, 0, 0, 0]
  const { values: a, width } = one
  const b = other.values
  for (let v = area.top; v < Math.min(one.height, area.top + area.height); v++)
    for (let u = area.left; u < Math.min(width, area.left + area.width); u++) {
      const at = v * width + u
      if (Number.isNaN(counted[at])) continue
      const [x, y] = [a[at] as number, b[at] as number]
      n++
      sa += x
      sb += y
      aa += x * x
      bb += y * y
      ab += x * y
    }
  if (n < 4) return 1
  const spread = Math.sqrt((aa - (sa * sa) / n) * (bb - (sb * sb) / n))
  return spread > 0 ? Math.max(0, Math.min(1, (ab - (sa * sb) / n) / spread)) : 0
}
