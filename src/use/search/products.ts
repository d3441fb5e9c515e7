/** Products of queries and vectors with the largest of each query, by onnxruntime. */
import { availableCores } from '../../cores.js'
import { onnxruntime } from '../model/onnxruntime.js'
import { type OnnxGraph, writeModel } from '../onnx/model-file.js'

const GRAPH: OnnxGraph = {
  name: 'nearest',
  nodes: [
    {
      operator: 'Gemm',
      inputs: ['queries', 'vectors'],
      outputs: ['products'],
      attributes: { transB: { int: 1 } },
    },
    { operator: 'TopK', inputs: ['products', 'k'], outputs: ['scores', 'places'] },
  ],
  initializers: new Map(),
  inputs: [
    { name: 'queries', type: 'float32', shape: ['queries', 'dimension'] },
    { name: 'vectors', type: 'float32', shape: ['rows', 'dimension'] },
    { name: 'k', type: 'int64', shape: [1] },
  ],
  outputs: [
    { name: 'scores', type: 'float32', shape: ['queries', 'k'] },
    { name: 'places', type: 'int64', shape: ['queries', 'k'] },
  ],
}

/** `[N · k]` each, the largest first: products up to the rounding of floats, and which rows they are of. */
export interface Largest {
  scores: Float32Array
  places: BigInt64Array
}

export type Products = (
  queries: Float32Array,
  vectors: Float32Array,
  dimension: number,
  k: number,
) => Promise<Largest>

let made: Promise<Products> | undefined

/** @throws SelfsameError where onnxruntime is not installed */
export function products(): Promise<Products> {
  made ??= make().catch((error) => {
    made = undefined
    throw error
  })
  return made
}

async function make(): Promise<Products> {
  const ort = await onnxruntime()
  const session = await ort.InferenceSession.create(writeModel(GRAPH), {
    intraOpNumThreads: Number(process.env.SELFSAME_THREADS) || availableCores(),
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  })
  return async (queries, vectors, dimension, k) => {
    const matrix = (values: Float32Array) =>
      new ort.Tensor('float32', values, [values.length / dimension, dimension])
    const made = await session.run({
      queries: matrix(queries),
      vectors: matrix(vectors),
      k: new ort.Tensor('int64', BigInt64Array.of(BigInt(k)), [1]),
    })
    return { scores: made.scores?.data as Float32Array, places: made.places?.data as BigInt64Array }
  }
}
