/** Over all numbers of some dimensions. */
import type { GraphBuilder } from '../graph/builder.js'
import type { Call, Operand } from '../trace/program.js'
import {
  dimension,
  fixed,
  flag,
  fromFront,
  number,
  numbers,
  operand,
  product,
  type Rule,
  type Rules,
  refuse,
  result,
} from './arguments.js'
import { softmax } from './products.js'

/** The dimensions in question, none of them the pictures'. */
function dimsOf(call: Call, self: Operand): number[] {
  const rank = self.shape.length
  const given = call.args.dim == null ? [] : numbers(call, 'dim')
  const dims = given.length > 0 ? given.map((dim) => fromFront(dim, rank)) : self.shape.map((_, i) => i)
  for (const dim of dims) fixed(call, self.shape[dim])
  return dims
}

function reduced(
  graph: GraphBuilder,
  operator: string,
  x: string,
  dims: readonly number[],
  keep: boolean,
): string {
  return graph.node(operator, [x], { axes: { ints: dims }, keepdims: { int: Number(keep) } })
}

const over =
  (operator: string): Rule =>
  (call, graph) => {
    const self = operand(call, 'self')
    const x = graph.cast(graph.name(self), self.dtype, result(call).dtype)
    return reduced(graph, operator, x, dimsOf(call, self), flag(call, 'keepdim', false))
  }

const sum: Rule = (call, graph) => {
  const self = operand(call, 'self')
  const x = graph.cast(graph.name(self), self.dtype, result(call).dtype)
  // of all reductions the one whose dimensions are an input since opset 13
  return graph.node('ReduceSum', [x, graph.ints(dimsOf(call, self))], {
    keepdims: { int: Number(flag(call, 'keepdim', false)) },
  })
}

/** Variance and mean. */
function moments(call: Call, graph: GraphBuilder): [string, string] {
  const self = operand(call, 'self')
  const dims = dimsOf(call, self)
  const keep = flag(call, 'keepdim', false)
  const x = graph.name(self)
  const mean = reduced(graph, 'ReduceMean', x, dims, true)
  const off = graph.node('Sub', [x, mean])
  const variance = reduced(graph, 'ReduceMean', graph.node('Mul', [off, off]), dims, keep)
  const count = product(dims.map((dim) => self.shape[dim] as number))
  const correction = number(call, 'correction', Number(flag(call, 'unbiased', true)))
  const scaled = graph.node('Mul', [variance, graph.scalar(count / (count - correction))])
  return [scaled, keep ? mean : reduced(graph, 'ReduceMean', x, dims, false)]
}

const length: Rule = (call, graph) => {
  if (number(call, 'ord', number(call, 'p', 2)) !== 2) return refuse(call, 'of another order than 2')
  return over('ReduceL2')(call, graph)
}

export const REDUCTIONS: Rules = {
  mean: over('ReduceMean'),
  sum,
  amax: over('ReduceMax'),
  amin: over('ReduceMin'),
  norm: length,
  linalg_vector_norm: length,
  var_mean: moments,
  var: (call, graph) => moments(call, graph)[0],
  std: (call, graph) => graph.node('Sqrt', [moments(call, graph)[0]]),
  softmax: (call, graph) => {
    const self = operand(call, 'self')
    const dim = dimension(call, 'dim', self.shape.length)
    fixed(call, self.shape[dim])
    return softmax(graph, graph.name(self), dim)
  },
  log_softmax: (call, graph) => {
    const self = operand(call, 'self')
    const dim = dimension(call, 'dim', self.shape.length)
    fixed(call, self.shape[dim])
    return graph.node('LogSoftmax', [graph.name(self)], { axis: { int: dim } })
  },
}
