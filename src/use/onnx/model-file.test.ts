import * as ort from 'onnxruntime-node'
import { expect, test } from 'vitest'
import { type OnnxGraph, type OnnxTensor, readMetadata, writeModel } from './model-file.js'

const floats = (shape: number[], ...values: number[]): OnnxTensor => ({
  type: 'float32',
  shape,
  data: new Uint8Array(Float32Array.from(values).buffer),
})

/** Rows times a matrix of 3 × 2, of which negatives become a tenth of themselves. */
const graph: OnnxGraph = {
  name: 'tiny',
  nodes: [
    {
      operator: 'Gemm',
      inputs: ['x', 'w', ''],
      outputs: ['product'],
      attributes: { transB: { int: 1 }, alpha: { float: 0.5 } },
    },
    { operator: 'LeakyRelu', inputs: ['product'], outputs: ['y'], attributes: { alpha: { float: 0.1 } } },
  ],
  initializers: new Map([['w', floats([2, 3], 1, 2, 3, -4, 5, -6)]]),
  inputs: [{ name: 'x', type: 'float32', shape: ['rows', 3] }],
  outputs: [{ name: 'y', type: 'float32', shape: ['rows', 2] }],
}

test('a written model computes in onnxruntime what its nodes say, for any number of rows', async () => {
  const session = await ort.InferenceSession.create(writeModel(graph))
  const run = async (...values: number[]) => {
    const x = new ort.Tensor('float32', Float32Array.from(values), [values.length / 3, 3])
    return Array.from((await session.run({ x })).y?.data as Float32Array)
  }
  // by hand: (1 + 2 + 3) / 2 and (-4 + 5 - 6) / 2 / 10
  expect(await run(1, 1, 1)).toEqual([3, expect.closeTo(-0.25, 6)])
  expect(await run(1, 1, 1, 0, 2, 0)).toEqual([3, expect.closeTo(-0.25, 6), 2, 5])
  await session.release()
})

test('texts beside the graph come back, whatever is in them', () => {
  const about = { selfsame: JSON.stringify({ size: 32, name: 'Füße 🦶' }), empty: '', __proto__x: 'y' }
  expect(readMetadata(writeModel(graph, about))).toEqual(about)
})

test('a file that is cut short, or no model, is one sentence', () => {
  const whole = writeModel(graph, { a: 'b' })
  for (const end of [1, 7, whole.length - 1])
    expect(() => readMetadata(whole.subarray(0, end))).toThrow(/no ONNX model, or is cut short/)
  expect(() => readMetadata(new TextEncoder().encode('<html>not found</html>'))).toThrow(/no ONNX model/)
})
