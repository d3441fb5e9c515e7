import { expect, test } from 'vitest'
import { parameter } from '../../nn/index.js'
import { disposeAll, ops, type Tensor, tensor } from '../../torch/index.js'
import { agreed, operatorsOf } from '../testing/agreed.js'
import { floatsOf, type Node } from './builder.js'

const weight = [2, -3]
const scale = tensor([10, 0.5]).view([2, 1, 1])
const shift = tensor([1, -1]).view([2, 1, 1])
const filters = (values: number[]) => tensor(values, [2, 1, 1, 1])

test('scale and shift of a channel go into the convolution before them', async () => {
  const { graph } = await agreed(
    (x) =>
      ops
        .conv2d(x, filters(weight), { bias: tensor([4, 6]) })
        .mul(scale)
        .add(shift),
    [1, 3, 3],
  )
  expect(operatorsOf(graph)).toEqual({ Conv: 1, Identity: 1 })
  const [, w = '', b = ''] = (graph.nodes[0] as Node).inputs
  const values = (name: string) => [...floatsOf(graph.constants.get(name)?.data as Uint8Array)]
  // by hand: 10 · (2x + 4) + 1 and 0.5 · (-3x + 6) - 1
  expect([values(w), values(b)]).toEqual([
    [20, -1.5],
    [41, 2],
  ])
})

test.each<[string, (x: Tensor) => Tensor, Record<string, number>]>([
  [
    'that others look at too',
    (x) => ((y) => y.mul(scale).add(y))(ops.conv2d(x, filters(weight))),
    { Mul: 1, Add: 1 },
  ],
  ['behind an activation', (x) => ops.conv2d(x, filters(weight)).relu().mul(scale), { Relu: 1, Mul: 1 }],
  ['by a number a place', (x) => ops.conv2d(x, filters(weight)).mul(tensor([1, 2, 3])), { Mul: 1 }],
])('not into one %s', async (_, of, others) => {
  const { graph } = await agreed(of, [1, 3, 3])
  expect(operatorsOf(graph)).toEqual({ Conv: 1, Identity: 1, ...others })
})

test('weights that two convolutions share are folded for each by itself', async () => {
  const own = { w: parameter(() => filters(weight)) }
  const { graph } = await agreed(
    (x) => {
      const twice = ops.conv2d(x, own.w).mul(scale)
      return ops.conv2d(x.relu(), own.w).add(shift).add(twice)
    },
    [1, 3, 3],
  )
  expect(operatorsOf(graph)).toEqual({ Conv: 2, Relu: 1, Add: 1, Identity: 1 })
  disposeAll(own)
})

test('scales of a product become part of its rows', async () => {
  const own = { w: parameter(() => tensor([1, 2, 3, 4, 5, 6], [2, 3])) }
  const { graph } = await agreed(
    (x) =>
      ops
        .linear(x, own.w)
        .mul(tensor([2, 3]))
        .add(1),
    [3],
  )
  expect(operatorsOf(graph)).toEqual({ Gemm: 1, Identity: 1 })
  disposeAll(own)
})
