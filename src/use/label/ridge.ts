/** Ridge regression on few labels, its penalty and confidence by leaving each one out in closed form. */
import { factored, solved } from '../numeric/solve.js'

export interface Learned {
  /** `[classes · (dimension + 1)]`: weights and, last, what is added. */
  weights: Float32Array
  classes: number
  penalty: number
  /** Scores of each example by what was learned without it, `[n · classes]`. */
  leftOut: Float64Array
}

/** Of the mean diagonal of the kernel. Where no class has two examples nothing can be left out, and the middle one is taken. */
export const PENALTIES = [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10]
const UNTRIED = 0.3

/**
 * One-against-all ridge regression of -1 and 1 in its dual form, each class weighing the same.
 * @param features `[n · dimension]`, standardised
 * @param labels class of each, 0 to `classes` - 1, `[n]`
 * @param penalties that are tried; the one of the least squared error of examples left out is taken
 */
export function ridge(
  features: Float32Array,
  dimension: number,
  labels: Int32Array,
  classes: number,
  penalties: readonly number[] = PENALTIES,
): Learned {
  const n = labels.length
  const kernel = kernelOf(features, dimension)
  const counts = new Uint32Array(classes)
  for (const label of labels) counts[label] = (counts[label] as number) + 1
  const counted = Uint8Array.from(labels, (label) => Number((counts[label] as number) > 1))
  const tried = counted.some((one) => one === 1) ? penalties : [UNTRIED]
  let best: (ReturnType<typeof fit> & { penalty: number; error: number }) | undefined
  for (const penalty of tried) {
    const made = fit(kernel, labels, classes, penalty, counts)
    if (!made) continue
    let error = 0
    for (let i = 0; i < n; i++)
      if (counted[i] === 1)
        for (let c = 0; c < classes; c++)
          error +=
            ((made.leftOut[i * classes + c] as number) - (labels[i] === c ? 1 : 0)) ** 2 /
            (counts[labels[i] as number] as number)
    if (!best || error < best.error) best = { ...made, penalty, error }
  }
  const { dual, penalty, leftOut } = best as NonNullable<typeof best>
  const width = dimension + 1
  const weights = new Float32Array(classes * width)
  for (let c = 0; c < classes; c++)
    for (let i = 0; i < n; i++) {
      const share = dual[i * classes + c] as number
      for (let d = 0; d < dimension; d++)
        weights[c * width + d] =
          (weights[c * width + d] as number) + (share * (features[i * dimension + d] as number)) / dimension
      weights[c * width + dimension] = (weights[c * width + dimension] as number) + share
    }
  return { weights, classes, penalty, leftOut }
}

/** Products of all examples over their dimension, and 1 for what is added. */
function kernelOf(features: Float32Array, dimension: number): Float64Array {
  const n = features.length / dimension
  const kernel = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let d = 0, a = i * dimension, b = j * dimension; d < dimension; d++, a++, b++)
        sum += (features[a] as number) * (features[b] as number)
      kernel[i * n + j] = sum / dimension + 1
      kernel[j * n + i] = kernel[i * n + j] as number
    }
  return kernel
}

/** Coefficients of the examples, and scores left out: y - c / A⁻¹ᵢᵢ, with A the kernel and its penalty. */
function fit(
  kernel: Float64Array,
  labels: Int32Array,
  classes: number,
  penalty: number,
  counts: Uint32Array,
): { dual: Float64Array; leftOut: Float64Array } | undefined {
  const n = labels.length
  const given = counts.filter((count) => count > 0).length
  const matrix = Float64Array.from(kernel)
  // an example of a class of many weighs less, and so is held less closely
  for (let i = 0; i < n; i++)
    matrix[i * n + i] =
      (matrix[i * n + i] as number) + (penalty * given * (counts[labels[i] as number] as number)) / n
  const factor = factored(matrix, n)
  if (!factor) return undefined
  const dual = new Float64Array(n * classes)
  for (let c = 0; c < classes; c++) {
    const x = solved(
      factor,
      Float64Array.from(labels, (label) => (label === c ? 1 : 0)),
    )
    for (let i = 0; i < n; i++) dual[i * classes + c] = x[i] as number
  }
  const leftOut = new Float64Array(n * classes)
  const inverse = inverseDiagonal(factor, n)
  for (let i = 0; i < n; i++)
    for (let c = 0; c < classes; c++)
      leftOut[i * classes + c] =
        (labels[i] === c ? 1 : 0) - (dual[i * classes + c] as number) / (inverse[i] as number)
  return { dual, leftOut }
}

/** The diagonal of the inverse of L Lᵀ: squares of the columns of L⁻¹, summed. */
function inverseDiagonal(factor: Float64Array, n: number): Float64Array {
  const diagonal = new Float64Array(n)
  const column = new Float64Array(n)
  for (let j = 0; j < n; j++) {
    column.fill(0)
    for (let i = j; i < n; i++) {
      let sum = i === j ? 1 : 0
      for (let k = j; k < i; k++) sum -= (factor[i * n + k] as number) * (column[k] as number)
      column[i] = sum / (factor[i * n + i] as number)
    }
    let sum = 0
    for (let i = j; i < n; i++) sum += (column[i] as number) ** 2
    diagonal[j] = sum
  }
  return diagonal
}
