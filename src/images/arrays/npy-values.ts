import { SelfsameError } from '../../errors.js'
import { readPart } from './handles.js'
import { type Npy, valuesOf } from './npy-file.js'

/** Least and greatest value of arrays. */
export interface Range {
  least: number
  greatest: number
}

const CHUNK = 2 ** 22

/**
 * Least and greatest value of an array, read a piece at a time.
 * @throws SelfsameError when one is no finite number
 */
export async function rangeOf({ file, shape, type, offset }: Npy): Promise<Range> {
  const range = { least: Infinity, greatest: -Infinity }
  const total = shape.reduce((product, side) => product * side, 1)
  const atOnce = CHUNK / type.size
  for (let from = 0; from < total; from += atOnce) {
    const count = Math.min(atOnce, total - from)
    const bytes = await readPart(file, offset + from * type.size, count * type.size, file.path)
    const values = valuesOf(type, bytes)
    for (let at = 0; at < values.length; at++) {
      const value = values[at] as number
      if (!Number.isFinite(value)) {
        const picture = Math.floor((from + at) / (total / (shape[0] as number)))
        throw new SelfsameError(
          `'${file.path}' holds ${value} in picture ${picture} where numbers are expected; replace it (numpy.nan_to_num)`,
        )
      }
      if (value < range.least) range.least = value
      if (value > range.greatest) range.greatest = value
    }
  }
  return range
}

/** The range of all of them. */
export function joined(ranges: readonly Range[]): Range {
  return {
    least: Math.min(...ranges.map(({ least }) => least)),
    greatest: Math.max(...ranges.map(({ greatest }) => greatest)),
  }
}

/** The range that becomes 0 to 65535: 0 to 1 where all values lie in it, otherwise what was found. */
export function scaleOf({ least, greatest }: Range): Range {
  return least >= 0 && greatest <= 1 ? { least: 0, greatest: 1 } : { least, greatest }
}
