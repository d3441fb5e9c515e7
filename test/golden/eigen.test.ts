import { test } from 'vitest'
import { expectEigen } from './eigen.js'

test('eigenvectors of a float64 matrix', () => expectEigen(300, 'float64', 1e-12))

test(
  'eigenvectors of a float32 matrix larger than LAPACK counts in float32',
  () => expectEigen(2896, 'float32', 3e-6),
  120_000,
)
