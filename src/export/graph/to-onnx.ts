/** A program as an ONNX graph. */
import type { OnnxPort } from '../../use/onnx/model-file.js'
import { lower } from '../rules/rules.js'
import type { Dim, Program, Value } from '../trace/program.js'
import { type Draft, GraphBuilder, typeOf } from './builder.js'
import { folded } from './fold.js'
import { withoutCopies, withoutDead, withoutTwins } from './tidy.js'

/** A graph, and what its ports are called and shaped. */
export interface Graph extends Draft {
  inputs: OnnxPort[]
  outputs: OnnxPort[]
  /** By what the graph calls them the program's values, but those that came to be one with others. */
  values: ReadonlyMap<string, number>
}

/**
 * @param input what the pictures are called
 * @throws SelfsameError for an operator, or a use of one, that no graph of ours has
 */
export function toOnnx(program: Program, input: string): Graph {
  const graph = new GraphBuilder(input)
  const names = new Map<string, number>()
  graph.call(program.input.id, input)
  for (const call of program.calls) {
    lower(call, graph)
    for (const one of call.results) names.set(graph.name(one), one.id)
  }
  graph.from = 'the end'
  const ends = [...program.outputs].map(([name, value]) => ({ name, value }))
  // a name of its own, whatever else the value is
  for (const { name, value } of ends)
    graph.nodes.push({
      operator: 'Identity',
      inputs: [graph.name(value)],
      outputs: [name],
      attributes: {},
      from: 'the end',
    })
  const own = ends.map(({ name }) => name)
  const tidy = withoutDead(withoutTwins(graph, own), own)
  return {
    ...withoutCopies(withoutDead(folded(tidy, own), own)),
    inputs: [port(input, program.input)],
    outputs: ends.map(({ name, value }) => port(name, value)),
    values: names,
  }
}

function port(name: string, { shape, dtype }: Value): OnnxPort {
  return { name, type: typeOf(dtype), shape: shape.map(sizeOf) }
}

function sizeOf(dim: Dim): number | string {
  if (typeof dim === 'number') return dim
  return dim.times === 1 ? 'batch' : `${dim.times} * batch`
}
