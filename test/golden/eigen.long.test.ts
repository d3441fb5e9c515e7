import { test } from 'vitest'
import { expectEigen } from './eigen.js'

test.each([2890, 3072, 4096])('eigenvectors of a float32 matrix of %i sides', (size) =>
  expectEigen(size, 'float32', 3e-6),
)
