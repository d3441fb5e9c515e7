/** Mean and deviation of each number of an index's vectors. */
import type { PictureIndex } from '../store/index-reader.js'

export interface Standard {
  mean: Float32Array
  /** One over the deviation, 0 where nothing deviates. */
  scale: Float32Array
}

/** Over all rows, a part at a time. */
export async function standardOf(index: PictureIndex): Promise<Standard> {
  const { dimension, size } = index
  const sums = new Float64Array(dimension)
  const squares = new Float64Array(dimension)
  for await (const { vectors } of index.parts())
    for (let from = 0; from < vectors.length; from += dimension)
      for (let at = 0; at < dimension; at++) {
        const value = vectors[from + at] as number
        sums[at] = (sums[at] as number) + value
        squares[at] = (squares[at] as number) + value * value
      }
  const mean = Float32Array.from(sums, (sum) => sum / size)
  const scale = Float32Array.from(squares, (square, at) => {
    const variance = square / size - ((sums[at] as number) / size) ** 2
    return variance > 1e-12 ? 1 / Math.sqrt(variance) : 0
  })
  return { mean, scale }
}

/** Vectors of mean 0 and deviation 1. */
export function standardised(vectors: Float32Array, { mean, scale }: Standard): Float32Array {
  const dimension = mean.length
  const out = new Float32Array(vectors.length)
  for (let from = 0; from < vectors.length; from += dimension)
    for (let at = 0; at < dimension; at++)
      out[from + at] = ((vectors[from + at] as number) - (mean[at] as number)) * (scale[at] as number)
  return out
}
