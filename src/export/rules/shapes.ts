/** The same numbers in other places. */
import type { GraphBuilder } from '../graph/builder.js'
import type { Call, Operand } from '../trace/program.js'
import {
  dimension,
  fixed,
  fromFront,
  number,
  numbers,
  operand,
  operands,
  type Rule,
  type Rules,
  refuse,
  result,
  text,
} from './arguments.js'

/** Whatever it is called: the shape that came out says it all. */
const reshaped: Rule = (call, graph) => {
  const self = operand(call, 'self')
  const { shape, dtype } = result(call)
  if (dtype !== self.dtype) return refuse(call, 'to read the same bytes as other numbers')
  const x = graph.name(self)
  return JSON.stringify(self.shape) === JSON.stringify(shape) ? x : graph.reshape(x, shape)
}

function transposed(graph: GraphBuilder, x: string, order: readonly number[]): string {
  return order.every((dim, i) => dim === i) ? x : graph.node('Transpose', [x], { perm: { ints: order } })
}

const permute: Rule = (call, graph) => {
  const self = operand(call, 'self')
  const order = numbers(call, 'dims').map((dim) => fromFront(dim, self.shape.length))
  return transposed(graph, graph.name(self), order)
}

function swapped(a: number, b: number, call: Call, graph: GraphBuilder): string {
  const self = operand(call, 'self')
  const order = self.shape.map((_, i) => i)
  order[a] = b
  order[b] = a
  return transposed(graph, graph.name(self), order)
}

const transpose: Rule = (call, graph) => {
  const rank = result(call).shape.length
  return swapped(dimension(call, 'dim0', rank), dimension(call, 'dim1', rank), call, graph)
}

function sliced(
  graph: GraphBuilder,
  x: string,
  dim: number,
  [start, end, step = 1]: readonly [number, number, number?],
): string {
  return graph.node('Slice', [
    x,
    graph.ints([start]),
    graph.ints([end]),
    graph.ints([dim]),
    graph.ints([step]),
  ])
}

function picked(graph: GraphBuilder, self: Operand, dim: number, index: number): string {
  return graph.node('Gather', [graph.name(self), graph.ints([index], [])], { axis: { int: dim } })
}

const select: Rule = (call, graph) => {
  const self = operand(call, 'self')
  const dim = dimension(call, 'dim', self.shape.length)
  fixed(call, self.shape[dim])
  return picked(graph, self, dim, number(call, 'index'))
}

const unbind: Rule = (call, graph) => {
  const self = operand(call, 'self')
  const dim = dimension(call, 'dim', self.shape.length, 0)
  const count = fixed(call, self.shape[dim])
  return Array.from({ length: count }, (_, i) => picked(graph, self, dim, i))
}

const narrow: Rule = (call, graph) => {
  const self = operand(call, 'self')
  const dim = dimension(call, 'dim', self.shape.length)
  const size = fixed(call, self.shape[dim])
  const start = fromFront(number(call, 'start'), size)
  return sliced(graph, graph.name(self), dim, [start, start + number(call, 'length')])
}

const slice: Rule = (call, graph) => {
  const self = operand(call, 'self')
  const dim = dimension(call, 'dim', self.shape.length, 0)
  const size = fixed(call, self.shape[dim])
  const range = [number(call, 'start', 0), Math.min(number(call, 'end', size), size)] as const
  return sliced(graph, graph.name(self), dim, [...range, number(call, 'step', 1)])
}

/** Pieces one after another, as many as came out. */
const pieces: Rule = (call, graph) => {
  const self = operand(call, 'self')
  const dim = dimension(call, 'dim', self.shape.length, 0)
  const x = graph.name(self)
  let at = 0
  return call.results.map(({ shape }) => {
    const start = at
    at += fixed(call, shape[dim])
    return sliced(graph, x, dim, [start, at])
  })
}

const flip: Rule = (call, graph) => {
  const self = operand(call, 'self')
  return numbers(call, 'dims').reduce((x, given) => {
    const dim = fromFront(given, self.shape.length)
    const size = fixed(call, self.shape[dim])
    return sliced(graph, x, dim, [-1, -size - 1, -1])
  }, graph.name(self))
}

/** Windows along a dimension, whose places become the last one. */
const unfold: Rule = (call, graph) => {
  const self = operand(call, 'self')
  const rank = self.shape.length
  const dim = dimension(call, 'dimension', rank)
  const [size, step] = [number(call, 'size'), number(call, 'step')]
  const count = fixed(call, result(call).shape[dim])
  const places = Array.from({ length: count * size }, (_, i) => Math.floor(i / size) * step + (i % size))
  const windows = graph.node('Gather', [graph.name(self), graph.ints(places, [count, size])], {
    axis: { int: dim },
  })
  const others = self.shape.map((_, i) => i).filter((i) => i > dim)
  const before = self.shape.map((_, i) => i).filter((i) => i <= dim)
  return transposed(graph, windows, [...before, ...others.map((i) => i + 1), dim + 1])
}

const cat: Rule = (call, graph) => {
  const parts = operands(call, 'tensors')
  const { dtype, shape } = result(call)
  const dim = dimension(call, 'dim', shape.length, 0)
  fixed(call, shape[dim])
  const names = parts.map((one) => graph.cast(graph.name(one), one.dtype, dtype))
  return graph.node('Concat', names, { axis: { int: dim } })
}

const stack: Rule = (call, graph) => {
  const { dtype, shape } = result(call)
  const dim = dimension(call, 'dim', shape.length, 0)
  const each = shape.map((size, i) => (i === dim ? 1 : size))
  const names = operands(call, 'tensors').map((one) =>
    graph.reshape(graph.cast(graph.name(one), one.dtype, dtype), each),
  )
  return graph.node('Concat', names, { axis: { int: dim } })
}

const expand: Rule = (call, graph) => {
  const self = operand(call, 'self')
  const { shape } = result(call)
  const added = shape.length - self.shape.length
  // what has its size keeps it beside a 1
  const wide = shape.map((size, dim) =>
    JSON.stringify(size) === JSON.stringify(self.shape[dim - added]) ? 1 : size,
  )
  return graph.node('Expand', [graph.name(self), graph.dims(wide)])
}

const repeat: Rule = (call, graph) => {
  const self = operand(call, 'self')
  const times = numbers(call, 'repeats')
  const added = times.length - self.shape.length
  const x = graph.name(self)
  const tall = added > 0 ? graph.reshape(x, [...Array(added).fill(1), ...self.shape]) : x
  return graph.node('Tile', [tall, graph.ints(times)])
}

const MODES: Readonly<Record<string, string>> = {
  constant: 'constant',
  reflect: 'reflect',
  replicate: 'edge',
}

/** Borders, the last dimension's first. */
const pad: Rule = (call, graph) => {
  const self = operand(call, 'self')
  const rank = self.shape.length
  const mode = MODES[text(call, 'mode', 'constant')] ?? refuse(call, 'with this mode')
  const given = numbers(call, 'pad')
  const before = Array<number>(rank).fill(0)
  const after = Array<number>(rank).fill(0)
  for (let i = 0; i < given.length / 2; i++) {
    const dim = rank - 1 - i
    fixed(call, self.shape[dim])
    before[dim] = given[2 * i] as number
    after[dim] = given[2 * i + 1] as number
  }
  const inputs = [graph.name(self), graph.ints([...before, ...after])]
  if (mode === 'constant') inputs.push(graph.scalar(number(call, 'value', 0), self.dtype))
  return graph.node('Pad', inputs, { mode: { text: mode } })
}

const indexSelect: Rule = (call, graph) => {
  const self = operand(call, 'self')
  const dim = dimension(call, 'dim', self.shape.length)
  fixed(call, self.shape[dim])
  return graph.node('Gather', [graph.name(self), graph.name(operand(call, 'index'))], { axis: { int: dim } })
}

const gather: Rule = (call, graph) => {
  const self = operand(call, 'self')
  const dim = dimension(call, 'dim', self.shape.length)
  return graph.node('GatherElements', [graph.name(self), graph.name(operand(call, 'index'))], {
    axis: { int: dim },
  })
}

export const SHAPES: Rules = {
  view: reshaped,
  _unsafe_view: reshaped,
  reshape: reshaped,
  flatten: reshaped,
  unflatten: reshaped,
  squeeze: reshaped,
  unsqueeze: reshaped,
  permute,
  transpose,
  t: (call, graph) => (result(call).shape.length < 2 ? reshaped(call, graph) : swapped(0, 1, call, graph)),
  select,
  unbind,
  narrow,
  slice,
  split: pieces,
  split_with_sizes: pieces,
  chunk: pieces,
  flip,
  unfold,
  cat,
  concat: cat,
  stack,
  expand,
  repeat,
  pad,
  constant_pad_nd: pad,
  index_select: indexSelect,
  gather,
}
