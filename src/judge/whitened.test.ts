import { expect, test } from 'vitest'
import { judgingStream } from '../encode/random.js'
import { ops, scope, symmetricEigen, type Tensor, tensor } from '../torch/index.js'
import { whitened } from './index.js'
import { leak } from './testing/banks.js'

const matrix = (rows: readonly (readonly number[])[]) =>
  tensor(Float32Array.from(rows.flat()), [rows.length, rows[0]?.length ?? 0])
const noise = (count: number, dims: number, scale: (column: number) => number, seed = 1) => {
  const draw = judgingStream(seed)
  const values = Float32Array.from({ length: count * dims }, (_, i) => scale(i % dims) * (draw() - 0.5))
  return tensor(values, [count, dims])
}

test('each component is divided by its deviation on the training side, whose mean is taken away from both', () => {
  scope(() => {
    // around (5, 7): variances 2 and 0.5, and a ridge of a thousandth of the larger
    const train = matrix([
      [7, 7],
      [3, 7],
      [5, 8],
      [5, 6],
    ])
    const made = whitened({ train, test: matrix([[6, 10]]) })
    const sizes = (rows: Tensor) => rows.abs().toArray()
    const [strong, weak] = [1 / Math.sqrt(2.002), 1 / Math.sqrt(0.502)]
    const near = (wanted: number[]) => wanted.map((value) => expect.closeTo(value, 5))
    expect(sizes(made.train)).toEqual(near([2 * strong, 0, 2 * strong, 0, 0, weak, 0, weak]))
    expect(sizes(made.test)).toEqual(near([strong, 3 * weak]))
  })
})

test('a sketch of many values finds the strongest components: no two go together, and next to nothing is lost', () => {
  scope(() => {
    const train = noise(900, 400, (column) => 0.97 ** column)
    const rows = whitened({ train, test: train.narrow(0, 0, 1) }).train.to('float64')
    expect(rows.shape).toEqual([900, 128])
    const centred = train.to('float64').sub(train.to('float64').mean([0]))
    const variances = symmetricEigen(centred.t().mm(centred).div(900))[0].flip([0])
    const largest = variances.narrow(0, 0, 1)
    const ideal = variances.div(variances.add(largest.mul(1e-3))).narrow(0, 0, 128)
    const covariance = rows.t().mm(rows).div(900)
    expect(covariance.sub(covariance.diagonal().diag()).abs().max().item()).toBeLessThan(1e-4)
    expect(covariance.diagonal().sub(ideal).abs().max().item()).toBeLessThan(0.02)
  })
})

test('few or equal pictures have few or empty components, and nothing is left in memory', () => {
  const sides = { train: noise(5, 10, () => 1), test: noise(3, 10, () => 1, 2) }
  const left = leak(() =>
    scope(() => {
      const made = whitened(sides)
      expect([made.train.shape, made.test.shape]).toEqual([
        [5, 4],
        [3, 4],
      ])
      const same = ops.ones([4, 6])
      expect(whitened({ train: same, test: same }).test.abs().max().item()).toBe(0)
      expect(whitened({ train: same.narrow(0, 0, 1), test: same }).test.shape).toEqual([4, 1])
      expect(() => whitened({ train: same, test: sides.test })).toThrow('got 6 and 10')
    }),
  )
  expect(left).toBe(0)
  for (const rows of Object.values(sides)) rows.dispose()
})
