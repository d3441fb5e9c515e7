import { expect, test } from 'vitest'
import { disposeModule, EVAL } from '../../nn/index.js'
import { memory } from '../../torch/index.js'
import { live } from '../agreement.js'
import { floatsOf } from '../graph/builder.js'
import { type Graph, toOnnx } from '../graph/to-onnx.js'
import { opened } from '../testing/agreed.js'
import { optionsOf, trainedLike } from '../testing/trained-like.js'
import { noise, trace } from '../trace/trace.js'
import { calibrated } from './calibrate.js'
import { withHalfWeights } from './fp16.js'
import { quantised, toCalibrate } from './int8.js'

const SHAPE = [3, 32, 32]
const COUNT = 6
const pictures = noise([COUNT, ...SHAPE], 5)

async function* batches() {
  const shape = [COUNT, ...SHAPE]
  yield { values: pictures, shape, used: new Int32Array(COUNT) }
}

const bytesOf = ({ constants }: Graph) =>
  [...constants.values()].reduce((sum, { data }) => sum + data.length, 0)

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const dot = (x: ArrayLike<number>, y: ArrayLike<number>) =>
    Array.from(x).reduce((sum: number, one, i) => sum + one * (y[i] as number), 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

const CODES = {
  atoms: 48,
  directions: 24,
  outputs: 64,
  patch: 6,
  stride: 1,
  apart: 0.6,
  alike: 0.03,
  grid: 5,
}

test.each([
  ['resnet18', { width: 0.125 }],
  ['vit-mini', { patch: 8 }],
  ['joined', { ...CODES, mirrored: true, share: 0.5 }],
] as const)(
  '%s in 8 bits and in half floats: about the same vectors of far fewer bytes',
  async (name, changes) => {
    const before = memory().tensors
    const encoder = trainedLike(name, optionsOf(changes))
    const forward = (x: Parameters<typeof encoder.forward>[0]) => ({ y: encoder.forward(x, EVAL) })
    const graph = toOnnx(trace(forward, SHAPE), 'x')
    const wanted = live(forward, pictures, [COUNT, ...SHAPE]).get('y')?.data as Float32Array
    const ranges = await calibrated(graph, batches())
    expect([...ranges.keys()]).toEqual(toCalibrate(graph))
    // what is measured on the input is known
    const input = ranges.get('x')
    if (input) expect(input).toEqual([Math.min(...pictures), Math.max(...pictures)])

    for (const [small, least, share] of [
      [quantised(graph, ranges), 0.995, 0.42],
      [withHalfWeights(graph), 0.999999, 0.6],
    ] as const) {
      expect(bytesOf(small) / bytesOf(graph)).toBeLessThan(share)
      const found = await opened(small, (session) => session.run(pictures, [COUNT, ...SHAPE]))
      expect(cosine(found.get('y')?.data as Float32Array, wanted)).toBeGreaterThan(least)
      // any number of pictures still
      const one = await opened(small, (session) => session.run(pictures.slice(0, 3072), [1, ...SHAPE]))
      expect(one.get('y')?.shape).toEqual([1, wanted.length / COUNT])
    }
    disposeModule(encoder)
    expect(memory().tensors).toBe(before)
  },
)

test('what decides a comparison keeps all its digits', async () => {
  const encoder = trainedLike('patch-codes', optionsOf(CODES))
  const graph = toOnnx(
    trace((x) => ({ y: encoder.forward(x, EVAL) }), SHAPE),
    'x',
  )
  const small = quantised(graph, await calibrated(graph, batches()))
  const dictionary = small.nodes.filter(({ outputs: [output = ''] }) =>
    small.nodes.some(({ operator, inputs }) => operator === 'GreaterOrEqual' && inputs.includes(output)),
  )
  const products = dictionary.filter(({ operator }) => operator === 'MatMul')
  expect(products).toHaveLength(5)
  for (const { inputs } of products) expect(small.constants.get(inputs[1] as string)?.type).toBe('float32')
  disposeModule(encoder)
})

/** A product of one row, of which all can be computed by hand. */
test('weights of 7 bits a channel, inputs of 8, and what is added in 32', () => {
  const weights = new Float32Array(2 * 1024)
  weights[0] = 63
  weights[1] = -10.4
  weights[1024] = 0.5
  const float = (values: number[], shape: number[]) =>
    ({ type: 'float32', shape, data: new Uint8Array(Float32Array.from(values).buffer) }) as const
  const node = { operator: 'Gemm', inputs: ['x', 'w', 'b'], outputs: ['y'], from: 'test' }
  const graph: Graph = {
    nodes: [{ ...node, attributes: { transB: { int: 1 } } }],
    constants: new Map([
      ['w', float([...weights], [2, 1024])],
      ['b', float([1, -2], [2])],
    ]),
    inputs: [],
    outputs: [],
    values: new Map(),
  }
  const { constants, nodes } = quantised(graph, new Map([['x', [-1, 4.1] as const]]))
  const numbers = (name: string) => constants.get(name)
  expect(nodes.map(({ operator }) => operator)).toEqual([
    ...['QuantizeLinear', 'DequantizeLinear', 'DequantizeLinear', 'DequantizeLinear', 'Gemm'],
  ])
  const whole = new Int8Array(numbers('w_whole')?.data as Uint8Array)
  expect([whole[0], whole[1], whole[1024]]).toEqual([63, -10, 63])
  expect(floatsOf(numbers('w_scale')?.data as Uint8Array)[0]).toBe(1)
  expect(floatsOf(numbers('w_scale')?.data as Uint8Array)[1]).toBeCloseTo(0.5 / 63, 8)
  // (4.1 + 1) / 255 a step, and 0 at 50 of them
  expect(floatsOf(numbers('x_scale')?.data as Uint8Array)[0]).toBeCloseTo(0.02, 7)
  expect(numbers('x_zero')?.data).toEqual(Uint8Array.of(50))
  expect([...new Int32Array(numbers('y_shift_whole')?.data.buffer as ArrayBuffer)]).toEqual([
    50,
    Math.round(-2 / (0.02 * (0.5 / 63))),
  ])
})
