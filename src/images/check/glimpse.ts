import type { Picture } from '../picture.js'

/** Values of brightness, row by row. */
export interface Grey {
  values: Float32Array
  width: number
  height: number
}

/** Side of the thumbnail whose frequencies are looked at, in px. */
export const SIDE = 16
const LOWEST = 8
/** Bits of a hash, and lowest frequencies in both directions. */
export const PLACES = LOWEST * LOWEST

// of larger pictures so many rows and columns at even distances tell enough
const LOOKED = 288

/** The brightness of a picture, of a large one at points at even distances. */
export function glimpse({ data, width, height, channels }: Picture): Grey {
  const columns = Math.min(width, LOOKED)
  const rows = Math.min(height, LOOKED)
  const values = new Float32Array(columns * rows)
  const lefts = Uint32Array.from({ length: columns }, (_, x) => middle(x, columns, width) * channels)
  for (let y = 0, to = 0; y < rows; y++) {
    const row = middle(y, rows, height) * width * channels
    for (let x = 0; x < columns; x++, to++)
      values[to] = brightness(data, row + (lefts[x] as number), channels)
  }
  return { values, width: columns, height: rows }
}

function middle(at: number, parts: number, length: number): number {
  return Math.floor(((at + 0.5) * length) / parts)
}

function brightness(data: ArrayLike<number>, at: number, channels: number): number {
  if (channels === 3) {
    return 0.299 * (data[at] as number) + 0.587 * (data[at + 1] as number) + 0.114 * (data[at + 2] as number)
  }
  let sum = 0
  for (let channel = 0; channel < channels; channel++) sum += data[at + channel] as number
  return sum / channels
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

const WAVES = Float32Array.from({ length: LOWEST * SIDE }, (_, at) =>
  Math.cos((Math.PI * (at % SIDE) + Math.PI / 2) * (Math.floor(at / SIDE) / SIDE)),
)

/** The lowest 8×8 frequencies of 16×16 values (a cosine transform, not normalised). */
export function dct(values: Float32Array): Float32Array {
  const across = new Float32Array(SIDE * LOWEST)
  for (let y = 0; y < SIDE; y++) {
    for (let wave = 0; wave < LOWEST; wave++) {
      let sum = 0
      for (let x = 0; x < SIDE; x++)
        sum += (WAVES[wave * SIDE + x] as number) * (values[y * SIDE + x] as number)
      across[y * LOWEST + wave] = sum
    }
  }
  const strengths = new Float32Array(PLACES)
  for (let down = 0; down < LOWEST; down++) {
    for (let y = 0; y < SIDE; y++) {
      const share = WAVES[down * SIDE + y] as number
      for (let wave = 0; wave < LOWEST; wave++) {
        const at = down * LOWEST + wave
        strengths[at] = (strengths[at] as number) + share * (across[y * LOWEST + wave] as number)
      }
    }
  }
  return strengths
}
