/** Averages over areas. */

/** Values of one channel, row by row. */
export interface Grey {
  values: Float32Array
  width: number
  height: number
}

/** Averages over the areas of a grid; the grid may be finer than the picture. */
export function shrunk({ values, width, height }: Grey, columns: number, rows: number): Float32Array {
  const across = areas(width, columns)
  const down = areas(height, rows)
  const narrow = new Float32Array(columns * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0
      const { from, shares } = across[x] as Area
      for (let i = 0; i < shares.length; i++)
        sum += (shares[i] as number) * (values[y * width + from + i] as number)
      narrow[y * columns + x] = sum
    }
  }
  const small = new Float32Array(columns * rows)
  for (let y = 0; y < rows; y++) {
    const { from, shares } = down[y] as Area
    for (let i = 0; i < shares.length; i++) {
      const share = shares[i] as number
      for (let x = 0; x < columns; x++) {
        const at = y * columns + x
        small[at] = (small[at] as number) + share * (narrow[(from + i) * columns + x] as number)
      }
    }
  }
  return small
}

interface Area {
  from: number
  /** of each place from there on; they sum to one */
  shares: number[]
}

const MOST_KNOWN = 1000
const known = new Map<string, Area[]>()

function areas(length: number, parts: number): Area[] {
  const key = `${length} ${parts}`
  const kept = known.get(key)
  if (kept) return kept
  // pictures of a set mostly have a few sizes
  if (known.size === MOST_KNOWN) known.clear()
  const made = areasOf(length, parts)
  known.set(key, made)
  return made
}

function areasOf(length: number, parts: number): Area[] {
  const size = length / parts
  return Array.from({ length: parts }, (_, part) => {
    const begin = part * size
    const end = Math.min(length, begin + size)
    const from = Math.floor(begin)
    const shares = []
    for (let at = from; at < end; at++) shares.push((Math.min(end, at + 1) - Math.max(begin, at)) / size)
    return { from, shares }
  })
}
