/** The values that PyTorch computed (make_golden.py beside this file), and the numbers both sides start from. */
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { type Tensor, tensor } from '../../src/torch/index.js'

// biome-ignore lint/suspicious/noExplicitAny: the shape of a fixture is what the script wrote
export const golden: any = JSON.parse(readFileSync(new URL('golden.json', import.meta.url), 'utf8'))

/** The same reproducible numbers as `pattern` in make_golden.py: the fractional part of a large sine. */
export function pattern(count: number, salt: number, low = -1, high = 1): Float64Array {
  return Float64Array.from({ length: count }, (_, k) => {
    const x = Math.sin(k * 12.9898 + salt * 78.233) * 43758.5453
    return low + (high - low) * (x - Math.floor(x))
  })
}

/** A float32 tensor of `pattern`. */
export function patterned(shape: readonly number[], salt: number, low = -1, high = 1): Tensor {
  const count = shape.reduce((product, size) => product * size, 1)
  return tensor(pattern(count, salt, low, high), shape, 'float32')
}

/** Every element within `tolerance`, absolute for small values and relative for large ones. */
export function expectClose(
  actual: Tensor | readonly number[],
  expected: readonly number[],
  tolerance: number,
): void {
  const values = Array.isArray(actual) ? (actual as number[]) : (actual as Tensor).toArray()
  expect(values.length).toBe(expected.length)
  let worst = 0
  for (let i = 0; i < values.length; i++) {
    const wanted = expected[i] as number
    const difference = Math.abs((values[i] as number) - wanted) / Math.max(1, Math.abs(wanted))
    // a NaN must fail too
    worst = difference <= worst ? worst : difference
  }
  expect(worst).toBeLessThanOrEqual(tolerance)
}
