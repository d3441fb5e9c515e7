/** Where one picture lies in another: rough places first, by correlation, over sizes, offsets and the eight turns. */
import { LEVELS, type Look } from './look.js'
import { type Plane, resized, TURNS, turned } from './plane.js'

/** A place of a picture in another one. */
export interface Place {
  /** The way that the part is laid down, 0 to 7. */
  turn: number
  /** In px of the frame at the roughest level: the part's size there, and its upper left corner. */
  width: number
  height: number
  left: number
  top: number
  /** Correlation of brightness, -1 to 1. */
  score: number
}

/** The part's size, as shares of the largest that fits. */
const SIZES = [1, 0.93, 0.86, 0.8, 0.74, 0.68, 0.62]
/** Of one that is turned by quarters as well: most of the work would be for what nobody does. */
const SIZES_TURNED = SIZES.slice(0, 3)
/** Shapes that differ by less are equal but for rounding. */
const SHAPE = 0.03

/**
 * The best places of `part` in `frame`, at most one for each turn, the best first.
 * @param least correlation, below which a place is none
 */
export function roughPlaces(frame: Look, part: Look, least: number): Place[] {
  const big = frame.levels[0]
  const sums = sumsOf(big)
  const places: Place[] = []
  const fine = part.levels[1]
  for (let turn = 0; turn < TURNS; turn++) {
    const across = turn % 2 === 1
    const shape = across ? { width: fine.height, height: fine.width } : fine
    let best: Place | undefined
    for (const { width, height } of sizesIn(big, shape, turn % 4 === 0 ? SIZES : SIZES_TURNED)) {
      const small = across ? shrunkTo(fine, height, width) : shrunkTo(fine, width, height)
      const found = slide(big, sums, turned(small, turn))
      if (found.score > (best?.score ?? least)) best = { turn, width, height, ...found }
    }
    if (best) places.push(best)
  }
  return places.sort((a, b) => b.score - a.score)
}

/** Small forms of a picture, without their mean and of length 1, made once: it is compared with several. */
const made = new WeakMap<Plane, Map<number, Plane>>()

function shrunkTo(plane: Plane, width: number, height: number): Plane {
  const forms = made.get(plane) ?? new Map<number, Plane>()
  made.set(plane, forms)
  const known = forms.get(width * 256 + height)
  if (known) return known
  const { values } = resized(plane, width, height)
  const form = { values: centred(values), width, height }
  forms.set(width * 256 + height, form)
  return form
}

function sizesIn(
  frame: Plane,
  part: { width: number; height: number },
  shares: readonly number[],
): { width: number; height: number }[] {
  const most = Math.min(frame.width / part.width, frame.height / part.height)
  const sizes = shares.map((share) => ({
    width: Math.max(3, Math.round(part.width * most * share)),
    height: Math.max(3, Math.round(part.height * most * share)),
  }))
  // drawn to another shape, as squares are made of pictures
  const [own, its] = [part.width / part.height, frame.width / frame.height]
  if (Math.abs(Math.log(own / its)) > SHAPE) sizes.push({ width: frame.width, height: frame.height })
  return sizes.filter(({ width, height }) => width <= frame.width && height <= frame.height)
}

/** Sums of values and squares above and to the left of each corner. */
function sumsOf({ values, width, height }: Plane) {
  const columns = width + 1
  const sums = new Float64Array(columns * (height + 1))
  const squares = new Float64Array(columns * (height + 1))
  for (let y = 0; y < height; y++)
    for (let x = 0, sum = 0, square = 0; x < width; x++) {
      const value = values[y * width + x] as number
      sum += value
      square += value * value
      const at = (y + 1) * columns + x + 1
      sums[at] = (sums[at - columns] as number) + sum
      squares[at] = (squares[at - columns] as number) + square
    }
  return { columns, sums, squares }
}

function over(sums: Float64Array, corner: number, width: number, below: number): number {
  return (
    (sums[corner + below + width] as number) -
    (sums[corner + below] as number) -
    (sums[corner + width] as number) +
    (sums[corner] as number)
  )
}

/** The offset at which a part, without its mean and of length 1, correlates best with what is under it. */
function slide(
  frame: Plane,
  { columns, sums, squares }: ReturnType<typeof sumsOf>,
  part: Plane,
): { left: number; top: number; score: number } {
  const { width, height, values: pattern } = part
  const values = frame.values
  const count = width * height
  let [bestLeft, bestTop, best] = [0, 0, -1]
  for (let top = 0; top + height <= frame.height; top++)
    for (let left = 0; left + width <= frame.width; left++) {
      let product = 0
      for (let y = 0, at = 0; y < height; y++) {
        let from = (top + y) * frame.width + left
        for (const end = at + width; at < end; at++, from++)
          product += (values[from] as number) * (pattern[at] as number)
      }
      const corner = top * columns + left
      const variance =
        over(squares, corner, width, height * columns) -
        over(sums, corner, width, height * columns) ** 2 / count
      const score = variance < count ? 0 : product / Math.sqrt(variance)
      if (score > best) {
        best = score
        bestLeft = left
        bestTop = top
      }
    }
  return { left: bestLeft, top: bestTop, score: best }
}

/** Without its mean, of length 1. */
function centred(values: Float32Array): Float32Array {
  let [sum, squares] = [0, 0]
  for (let at = 0; at < values.length; at++) sum += values[at] as number
  const mean = sum / values.length
  for (let at = 0; at < values.length; at++) squares += ((values[at] as number) - mean) ** 2
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0
  const out = new Float32Array(values.length)
  for (let at = 0; at < values.length; at++) out[at] = ((values[at] as number) - mean) * scale
  return out
}

/** Px of a level for one of the roughest. */
export function zoom(level: number): number {
  return (LEVELS[level] as number) / LEVELS[0]
}
