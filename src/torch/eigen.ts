/** Eigenvectors of symmetric matrices, right at any size. */
import { ops } from './ops.js'
import { scope } from './scope.js'
import type { Tensor } from './tensor.js'

/**
 * Eigenvalues `[D]`, the least first, and orthonormal eigenvectors as columns `[D, D]` of a symmetric matrix `[D, D]`, in its own
 * floating type. In float32 LAPACK's own count of its workspace, 1 + 6 D + 2 D², is wrong from D = 2,896 on, where it is above
 * 2^24; so the work is done in float64, which also tells small eigenvalues apart beside large ones.
 */
export function symmetricEigen(matrix: Tensor): [values: Tensor, vectors: Tensor] {
  const { dtype } = matrix
  return scope(() => {
    const [values, vectors] = ops.linalg_eigh(matrix.to('float64'))
    return [values.to(dtype), vectors.to(dtype)]
  })
}

/**
 * `M` with `M Mᵀ` the inverse of a symmetric positive matrix `[D, D]` to whose variances some is added: products with its columns are
 * white, the least of them first.
 * @param ridge what is added, of the matrix's variances `[D]`
 */
export function inverseRoot(matrix: Tensor, ridge: (variances: Tensor) => Tensor): Tensor {
  return scope(() => {
    const [variances, vectors] = symmetricEigen(matrix)
    return vectors.mul(variances.clamp_min(0).add(ridge(variances)).rsqrt())
  })
}
