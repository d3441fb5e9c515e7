import { afterEach, expect, test } from 'vitest'
import { stream } from '../encode/random.js'
import { tensor } from './create.js'
import { ops } from './ops.js'
import { scope } from './scope.js'
import { setThreads, threads } from './system.js'
import type { Tensor } from './tensor.js'

const usual = threads()
afterEach(() => setThreads(usual))

function uniform(rows: number, columns: number, seed: number): Tensor {
  const next = stream(seed)
  return tensor(
    Float32Array.from({ length: rows * columns }, () => 2 * next() - 1),
    [rows, columns],
  )
}

/** In doubles, one by one. */
function plainProduct(a: Tensor, b: Tensor): number[] {
  const [rows = 0, depth = 0] = a.shape
  const [, columns = 0] = b.shape
  const [left, right] = [a.toArray(), b.toArray()]
  return Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns]
    let sum = 0
    for (let i = 0; i < depth; i++)
      sum += (left[row * depth + i] as number) * (right[i * columns + column] as number)
    return sum
  })
}

// many rows, many columns, and neither a multiple of a tile; each as it lies and transposed
const shapes = [
  [301, 67, 45],
  [45, 67, 301],
  [130, 200, 131],
] as const

test.each(shapes)(
  'a product of %i × %i × %i is right, however it lies and on any number of threads',
  (rows, depth, columns) => {
    scope(() => {
      const [a, b] = [uniform(rows, depth, 1), uniform(depth, columns, 2)]
      const wanted = plainProduct(a, b)
      const turned = (one: Tensor) => one.t().contiguous().t()
      setThreads(1)
      const alone = a.mm(b).toArray()
      for (const count of [1, 2, 3]) {
        setThreads(count)
        expect(a.mm(b).toArray()).toEqual(alone)
        for (const left of [a, turned(a)]) {
          for (const right of [b, turned(b)]) {
            const found = left.mm(right).toArray()
            const worst = Math.max(...found.map((value, i) => Math.abs(value - (wanted[i] as number))))
            expect(worst).toBeLessThan(2e-5)
            const added = ops.ones([rows, columns]).addmm(left, right, { beta: 0.5, alpha: 2 }).toArray()
            const off = Math.max(
              ...added.map((value, i) => Math.abs(value - 2 * (wanted[i] as number) - 0.5)),
            )
            expect(off).toBeLessThan(4e-5)
          }
        }
      }
    })
  },
)
