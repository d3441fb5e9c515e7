/** Small systems of linear equations, symmetric and positive. */

/** Added to the diagonal, as a share of it: where nothing is known, nothing is changed. */
const RIDGE = 1e-6

/**
 * Cholesky's factor of a symmetric matrix `[n · n]`, of which only the lower half is looked at.
 * @returns undefined where it is not positive
 */
export function factored(matrix: Float64Array, n: number): Float64Array | undefined {
  const factor = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = (matrix[i * n + j] as number) * (i === j ? 1 + RIDGE : 1)
      for (let k = 0; k < j; k++) sum -= (factor[i * n + k] as number) * (factor[j * n + k] as number)
      if (i === j && !(sum > 0)) return undefined
      factor[i * n + j] = i === j ? Math.sqrt(sum) : sum / (factor[j * n + j] as number)
    }
  return factor
}

/** x of matrix · x = `side`. @param factor the matrix's, `[n · n]` */
export function solved(factor: Float64Array, side: Float64Array): Float64Array {
  const n = side.length
  const x = Float64Array.from(side)
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] = (x[i] as number) - (factor[i * n + k] as number) * (x[k] as number)
    x[i] = (x[i] as number) / (factor[i * n + i] as number)
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] = (x[i] as number) - (factor[k * n + i] as number) * (x[k] as number)
    x[i] = (x[i] as number) / (factor[i * n + i] as number)
  }
  return x
}
