/** Values of one kind, row by row, and what is done to them before pictures are laid over one another. */
export interface Plane {
  readonly values: Float32Array
  readonly width: number
  readonly height: number
}

/** Averages over the areas of a coarser grid; on a finer one the values that lie there. */
export function resized(plane: Plane, width: number, height: number): Plane {
  if (plane.width === width && plane.height === height) return plane
  const across = areas(plane.width, width)
  const down = areas(plane.height, height)
  const narrow = new Float32Array(width * plane.height)
  for (let y = 0; y < plane.height; y++)
    for (let x = 0; x < width; x++) {
      let sum = 0
      const begin = y * plane.width + (across.from[x] as number)
      for (let at = across.starts[x] as number, i = 0; at < (across.starts[x + 1] as number); at++, i++)
        sum += (across.shares[at] as number) * (plane.values[begin + i] as number)
      narrow[y * width + x] = sum
    }
  const values = new Float32Array(width * height)
  for (let y = 0; y < height; y++)
    for (let at = down.starts[y] as number, i = 0; at < (down.starts[y + 1] as number); at++, i++) {
      const share = down.shares[at] as number
      const begin = ((down.from[y] as number) + i) * width
      for (let x = 0; x < width; x++)
        values[y * width + x] = (values[y * width + x] as number) + share * (narrow[begin + x] as number)
    }
  return { values, width, height }
}

/** Of each place of a coarser row: the first of the finer places, and the shares of those from there on. */
interface Areas {
  from: Uint16Array
  starts: Uint32Array
  shares: Float32Array
}

const known = new Map<number, Areas>()
const MOST_KNOWN = 4096

function areas(length: number, parts: number): Areas {
  const key = length * 65_536 + parts
  const kept = known.get(key)
  if (kept) return kept
  // shapes come from files of anybody
  if (known.size === MOST_KNOWN) known.clear()
  const size = length / parts
  const from = new Uint16Array(parts)
  const starts = new Uint32Array(parts + 1)
  const shares: number[] = []
  for (let part = 0; part < parts; part++) {
    const [begin, end] = [part * size, Math.min(length, (part + 1) * size)]
    from[part] = Math.min(length - 1, Math.floor(begin))
    for (let at = from[part] as number; at < end; at++)
      shares.push((Math.min(end, at + 1) - Math.max(begin, at)) / size)
    starts[part + 1] = shares.length
  }
  const made = { from, starts, shares: Float32Array.from(shares) }
  known.set(key, made)
  return made
}

/** The size that a picture has with a long side of `long` px. */
export function sized({ width, height }: { width: number; height: number }, long: number) {
  const scale = long / Math.max(width, height)
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/** The eight ways to lay a picture down: quarter turns clockwise 0 to 3, and from 4 on those of the mirrored picture. */
export const TURNS = 8

/** A picture mirrored left to right, where `turn` is 4 or more, and then turned clockwise by its quarters. */
export function turned(plane: Plane, turn: number): Plane {
  if (turn === 0) return plane
  const { values, width, height } = plane
  const quarters = turn & 3
  const flipped = turn >= 4
  const [w, h] = quarters % 2 === 0 ? [width, height] : [height, width]
  const out = new Float32Array(values.length)
  // where the value at (x, y) comes from, the quarters undone: one step across, one down, and the corner's
  const [acrossU, acrossV] = [
    [1, 0],
    [0, -1],
    [-1, 0],
    [0, 1],
  ][quarters] as [number, number]
  const [downU, downV] = [
    [0, 1],
    [1, 0],
    [0, -1],
    [-1, 0],
  ][quarters] as [number, number]
  const u = quarters === 2 || quarters === 3 ? width - 1 : 0
  const v = quarters === 1 || quarters === 2 ? height - 1 : 0
  const sign = flipped ? -1 : 1
  const corner = v * width + (flipped ? width - 1 - u : u)
  const across = acrossV * width + sign * acrossU
  const down = downV * width + sign * downU
  for (let y = 0, at = 0; y < h; y++)
    for (let x = 0, from = corner + y * down; x < w; x++, from += across) out[at++] = values[from] as number
  return { values: out, width: w, height: h }
}

/** What is left of a picture without its average over squares of 2 · `reach` + 1 px: edges and grain, whatever the light. */
export function detail({ values, width, height }: Plane, reach: number): Plane {
  const columns = width + 1
  const sums = new Float64Array(columns * (height + 1))
  for (let y = 0; y < height; y++) {
    let row = 0
    for (let x = 0; x < width; x++) {
      row += values[y * width + x] as number
      sums[(y + 1) * columns + x + 1] = (sums[y * columns + x + 1] as number) + row
    }
  }
  const out = new Float32Array(values.length)
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [Math.max(0, y - reach) * columns, Math.min(height, y + reach + 1) * columns]
    for (let x = 0; x < width; x++) {
      const [left, right] = [Math.max(0, x - reach), Math.min(width, x + reach + 1)]
      const sum =
        (sums[bottom + right] as number) -
        (sums[bottom + left] as number) -
        (sums[top + right] as number) +
        (sums[top + left] as number)
      out[y * width + x] =
        (values[y * width + x] as number) - (sum * columns) / ((bottom - top) * (right - left))
    }
  }
  return { values: out, width, height }
}
