/** Averages and maxima of places. */
import type { GraphBuilder } from '../graph/builder.js'
import type { Call, Dim } from '../trace/program.js'
import { fixed, flag, number, operand, pair, type Rule, type Rules, refuse, result } from './arguments.js'

function window(call: Call): { kernel: number[]; strides: number[]; padding: number[] } {
  const kernel = pair(call, 'kernel_size', [])
  return { kernel, strides: pair(call, 'stride', kernel), padding: pair(call, 'padding', [0, 0]) }
}

const maxPool: Rule = (call, graph) => {
  const { kernel, strides, padding } = window(call)
  return graph.node('MaxPool', [graph.name(operand(call, 'self'))], {
    kernel_shape: { ints: kernel },
    strides: { ints: strides },
    pads: { ints: [...padding, ...padding] },
    dilations: { ints: pair(call, 'dilation', [1, 1]) },
    ceil_mode: { int: Number(flag(call, 'ceil_mode', false)) },
  })
}

const averagePool: Rule = (call, graph) => {
  // the two disagree on what counts beyond the border then
  if (flag(call, 'ceil_mode', false)) return refuse(call, "with 'ceil_mode'")
  if (call.args.divisor_override != null) return refuse(call, "with a 'divisor_override'")
  const { kernel, strides, padding } = window(call)
  return graph.node('AveragePool', [graph.name(operand(call, 'self'))], {
    kernel_shape: { ints: kernel },
    strides: { ints: strides },
    pads: { ints: [...padding, ...padding] },
    count_include_pad: { int: Number(flag(call, 'count_include_pad', true)) },
  })
}

/**
 * Row by row what share each place has in a cell, `[cells, places]`: a place on a border of two counts in both, as in
 * PyTorch's adaptive pooling.
 */
export function shares(places: number, cells: number): Float64Array {
  const all = new Float64Array(cells * places)
  for (let cell = 0; cell < cells; cell++) {
    const [from, to] = cellOf(cell, places, cells)
    all.fill(1 / (to - from), cell * places + from, cell * places + to)
  }
  return all
}

/** Where a cell begins and ends among the places along a side, as in PyTorch. */
export function cellOf(cell: number, places: number, cells: number): [from: number, to: number] {
  return [Math.floor((cell * places) / cells), Math.ceil(((cell + 1) * places) / cells)]
}

/** Cells of a map `[N, C, H, W]`, averaged: by windows where they are all alike, else as two products. */
function cells(
  call: Call,
  graph: GraphBuilder,
  x: string,
  [height, width]: readonly [Dim | undefined, Dim | undefined],
  [down, across]: readonly [number, number],
): string {
  const [tall, wide] = [fixed(call, height), fixed(call, width)]
  if (down === 1 && across === 1) return graph.node('GlobalAveragePool', [x])
  if (tall % down === 0 && wide % across === 0) {
    const sides = { ints: [tall / down, wide / across] }
    return graph.node('AveragePool', [x], { kernel_shape: sides, strides: sides })
  }
  const rows = graph.node('MatMul', [graph.floats(shares(tall, down), [down, tall]), x])
  const turned = shares(wide, across)
  const columns = Float64Array.from(
    turned,
    (_, i) => turned[(i % across) * wide + Math.floor(i / across)] as number,
  )
  return graph.node('MatMul', [rows, graph.floats(columns, [wide, across])])
}

const adaptive: Rule = (call, graph) => {
  const x = operand(call, 'self')
  const [down, across] = pair(call, 'output_size', [1, 1]) as [number, number]
  return cells(call, graph, graph.name(x), [x.shape[2], x.shape[3]], [down, across])
}

const gridAverage: Rule = (call, graph) => {
  const x = operand(call, 'x')
  const side = number(call, 'side')
  const made = cells(call, graph, graph.name(x), [x.shape[2], x.shape[3]], [side, side])
  return graph.reshape(made, result(call).shape)
}

export const POOLING: Rules = {
  max_pool2d: maxPool,
  avg_pool2d: averagePool,
  adaptive_avg_pool2d: adaptive,
}

export const OWN_POOLING: Rules = { grid_average: gridAverage }
