/** Eigenvectors beside numpy's: see make_eigen.py, which made the values. */
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { type DType, memory, noGrad, ops, scope, symmetricEigen } from '../../src/torch/index.js'

const { golden } = JSON.parse(readFileSync(new URL('eigen.json', import.meta.url), 'utf8')) as {
  golden: Record<string, { at: number[]; values: number[] }>
}

/** Fails unless values are numpy's and vectors are orthonormal ones of the matrix, to `tolerance` of the largest value. */
export function expectEigen(size: number, dtype: DType, tolerance: number): void {
  const before = memory().tensors
  noGrad(() =>
    scope(() => {
      const i = ops.arange(1, size + 1, { dtype: 'float64' })
      const matrix = ops.outer(i, i).mul(1e-3).sin().add(i.div(size).diag()).to(dtype)
      const [values, vectors] = symmetricEigen(matrix)
      expect([values.dtype, vectors.dtype, ...vectors.shape]).toEqual([dtype, dtype, size, size])
      const { at, values: wanted } = golden[size] as { at: number[]; values: number[] }
      const got = values.toArray()
      const largest = Math.max(...wanted.map(Math.abs))
      for (const [j, where] of at.entries())
        expect(Math.abs((got[where] as number) - (wanted[j] as number)) / largest).toBeLessThan(tolerance)
      const residual = matrix.mm(vectors).sub(vectors.mul(values)).abs().max().item()
      expect(residual / largest).toBeLessThan(tolerance)
      const overlap = vectors.t().mm(vectors).sub(ops.eye(size, { dtype })).abs().max().item()
      expect(overlap).toBeLessThan(tolerance)
    }),
  )
  expect(memory().tensors).toBe(before)
}
