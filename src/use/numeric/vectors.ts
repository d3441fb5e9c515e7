/** Products and distances of rows of plain matrices. */

/** The scalar product of row `i` of `a` and row `j` of `b`, both of `dimension` numbers. */
export function product(a: Float32Array, i: number, b: Float32Array, j: number, dimension: number): number {
  let [p, q, r, s] = [0, 0, 0, 0]
  let [x, y] = [i * dimension, j * dimension]
  // four sums, so that no addition waits for the one before
  for (const end = x + dimension - 3; x < end; x += 4, y += 4) {
    p += (a[x] as number) * (b[y] as number)
    q += (a[x + 1] as number) * (b[y + 1] as number)
    r += (a[x + 2] as number) * (b[y + 2] as number)
    s += (a[x + 3] as number) * (b[y + 3] as number)
  }
  for (const end = (i + 1) * dimension; x < end; x++, y++) p += (a[x] as number) * (b[y] as number)
  return p + q + r + s
}

/** The square of the distance of two rows. */
export function apart(a: Float32Array, i: number, b: Float32Array, j: number, dimension: number): number {
  let [p, q] = [0, 0]
  let [x, y] = [i * dimension, j * dimension]
  for (const end = x + dimension - 1; x < end; x += 2, y += 2) {
    const [one, other] = [(a[x] as number) - (b[y] as number), (a[x + 1] as number) - (b[y + 1] as number)]
    p += one * one
    q += other * other
  }
  if (dimension % 2 === 1) p += ((a[x] as number) - (b[y] as number)) ** 2
  return p + q
}

/** Row `i`. */
export function rowOf(matrix: Float32Array, i: number, dimension: number): Float32Array {
  return matrix.subarray(i * dimension, (i + 1) * dimension)
}

/** Makes each row of length 1, where it is not 0. */
export function toUnit(matrix: Float32Array, dimension: number): Float32Array {
  for (let i = 0; i < matrix.length / dimension; i++) {
    const length = Math.sqrt(product(matrix, i, matrix, i, dimension))
    if (length > 0)
      for (let at = i * dimension; at < (i + 1) * dimension; at++)
        matrix[at] = (matrix[at] as number) / length
  }
  return matrix
}
