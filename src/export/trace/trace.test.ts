import { afterAll, beforeAll, expect, test } from 'vitest'
import { buffer } from '../../nn/index.js'
import { memory, operator, ops, type Tensor, tensor } from '../../torch/index.js'
import { agreed, operatorsOf } from '../testing/agreed.js'
import type { Call, Constant } from './program.js'
import { trace } from './trace.js'

let before = 0
let token: Tensor
beforeAll(() => {
  before = memory().tensors
  token = buffer(() => tensor([[[1, 2, 3, 4]]]))
})
afterAll(() => {
  token.dispose()
  expect(memory().tensors).toBe(before)
})

const SHAPE = [3, 4]
const traced = (of: (x: Tensor) => Tensor) => trace((x) => ({ y: of(x) }), SHAPE)

test('sizes that grow with the pictures are told from those that do not', () => {
  const { calls, input, outputs } = traced((x) => {
    const n = x.shape[0] as number
    return x
      .reshape([n * 3, 4])
      .reshape([n, 12])
      .mul(2)
  })
  expect(input.shape).toEqual([{ times: 1 }, 3, 4])
  expect(calls.map(({ name, results }) => [name, results[0]?.shape])).toEqual([
    ['aten::reshape', [{ times: 3 }, 4]],
    ['aten::reshape', [{ times: 1 }, 12]],
    ['aten::mul', [{ times: 1 }, 12]],
  ])
  expect(outputs.get('y')).toBe(calls[2]?.results[0])
})

test('what comes of no picture is a constant, and a token that each picture gets is kept once', async () => {
  const of = (x: Tensor) => {
    const n = x.shape[0] as number
    return ops.cat([token.mul(2).expand([n, -1, -1]), x], 1)
  }
  const { calls } = traced(of)
  expect(calls.map(({ name }) => name)).toEqual(['aten::cat'])
  const [first] = (calls[0] as Call).args.tensors as Constant[]
  expect(first).toMatchObject({ kind: 'constant', shape: [1, 1, 4], repeated: [{ dim: 0, times: 1 }] })
  expect([...new Float32Array(first?.bytes.buffer as ArrayBuffer)]).toEqual([2, 4, 6, 8])
  expect((await agreed(of, SHAPE)).largest).toBe(0)
})

test('what is written in place is another value from then on', async () => {
  const of = (x: Tensor) => {
    const y = x.mul(2)
    const z = y.add(1)
    y.relu_().add_(3)
    return y.mul(z)
  }
  expect(traced(of).calls.map(({ name }) => name)).toEqual(
    ['mul', 'add', 'relu', 'add', 'mul'].map((name) => `aten::${name}`),
  )
  expect((await agreed(of, SHAPE)).largest).toBeLessThan(1e-6)
})

test('what no output needs is not in the graph, and an operator of it needs no rule', async () => {
  const { graph } = await agreed((x) => {
    x.cumsum(1)
      .mul(ops.rand([4]))
      .narrow(0, 0, 1)
    return x.relu()
  }, SHAPE)
  expect(operatorsOf(graph)).toEqual({ Relu: 1, Identity: 1 })
})

const REFUSED: [string, (x: Tensor) => Tensor, RegExp][] = [
  [
    'an operator without a rule',
    (x) => x.cumsum(1),
    /calls aten::cumsum, which cannot be exported to ONNX: write that part of it with other operators, or export its weights alone, `format: 'safetensors'`$/,
  ],
  [
    'calls that depend on how many there are',
    (x) => ((x.shape[0] as number) > 2 ? x.relu() : x.tanh()),
    /calls aten::tanh for 2 pictures where it calls aten::relu for 3,/,
  ],
  [
    'more calls for more pictures',
    (x) => Array.from({ length: x.shape[0] as number }).reduce<Tensor>((y) => y.relu(), x),
    /calls nothing more for 2 pictures where it calls aten::relu for 3,/,
  ],
  [
    'the number of pictures as a number',
    (x) => x.div(x.shape[0] as number),
    /calls aten::div with a 'other' that is not the same for any number of pictures/,
  ],
  [
    'pictures that see each other',
    (x) => x.sub(x.mean([0])),
    /calls aten::mean over the pictures of a batch/,
  ],
  [
    'numbers of pictures that pass through JavaScript',
    (x) => x.mul(tensor(x.toArray(), x.shape)),
    /uses a tensor float32\[2, 3, 4\] that is another for other pictures but does not come from them/,
  ],
  ['chance', (x) => x.mul(ops.rand([4])), /nothing be drawn by chance/],
  [
    'only numbers that passed through JavaScript',
    (x) => tensor(x.toArray(), x.shape),
    /what the encoder gives as y does not come from the pictures/,
  ],
  [
    'writing into a part of a tensor',
    (x) => {
      const y = x.mul(2)
      y.narrow(1, 0, 1).mul_(3)
      return y
    },
    /writes by aten::mul_ into a tensor that is part of another.*use aten::mul, which makes a new one/,
  ],
  [
    'writing into what was there before',
    (x) => ops.zeros([x.shape[0] as number, 3, 4]).copy_(x),
    /writes by aten::copy_ into a tensor/,
  ],
  [
    'a size that is no multiple of their number',
    (x) => ops.cat([x, x.narrow(0, 0, 1)]),
    /a size of 3 for 2 pictures and of 4 for 3/,
  ],
  [
    'batch norm as in training',
    (x) => operator('batch_norm')(x, null, null, null, null, true, 0.1, 1e-5, false) as Tensor,
    /calls aten::batch_norm as in training/,
  ],
  [
    'a shape that one picture alone has',
    (x) => x.squeeze(),
    /onnxruntime gives y as \[1,3,4\] for 1 pictures, and libtorch as \[3,4\]/,
  ],
  ['numbers of 64 bits', (x) => x.to('float64').add(1).to('float32'), /computes in float64/],
]

test.each(REFUSED)('%s is refused by name, in one sentence', async (_, of, message) => {
  await expect(agreed(of, SHAPE)).rejects.toThrow(message)
})
