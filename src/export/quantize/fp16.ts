/** Weights as half floats, and arithmetic in float32 as before: half the size, on anything that runs ONNX. */
import { noGrad, scope, tensor } from '../../torch/index.js'
import { floatsOf, type Node, type Stored } from '../graph/builder.js'
import type { Graph } from '../graph/to-onnx.js'
import { largeConstants } from './large.js'

/** The largest half float. */
const MOST = 65_504

export function withHalfWeights(graph: Graph): Graph {
  const constants = new Map(graph.constants)
  const casts: Node[] = []
  for (const name of largeConstants(graph)) {
    const one = graph.constants.get(name) as Stored
    const data = halved(floatsOf(one.data))
    if (!data) continue
    const half = `${name}_half`
    constants.delete(name)
    constants.set(half, { type: 'float16', shape: one.shape, data })
    casts.push({
      operator: 'Cast',
      inputs: [half],
      outputs: [name],
      attributes: { to: { int: 1 } },
      from: 'half floats',
    })
  }
  return { ...graph, constants, nodes: [...casts, ...graph.nodes] }
}

/** The nearest half floats; undefined where a number is beyond them. */
function halved(values: Float32Array): Uint8Array | undefined {
  if (!values.every((value) => Math.abs(value) <= MOST)) return undefined
  return scope(() => noGrad(() => tensor(values).to('float16').bytes()))
}
