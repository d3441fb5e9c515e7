/** Averages and maxima of places, and the codes of patches that are averaged. */
import type { GraphBuilder } from '../graph/builder.js'
import type { Call, Dim } from '../trace/program.js'
import { fixed, flag, number, operand, pair, type Rule, type Rules, refuse, result } from './arguments.js'
import { convolution } from './products.js'

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
    const from = Math.floor((cell * places) / cells)
    const to = Math.ceil(((cell + 1) * places) / cells)
    all.fill(1 / (to - from), cell * places + from, cell * places + to)
  }
  return all
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

/** Where a whitened patch's cosine with one of the dictionary is at least the threshold, averaged over cells. */
const patchCodes: Rule = (call, graph) => {
  const x = operand(call, 'x')
  const filters = operand(call, 'filters')
  const stride = pair(call, 'stride', [1, 1])
  const geometry = { stride, padding: [0, 0] }
  const picture = graph.name(x)
  const whitened = convolution(graph, picture, operand(call, 'norms'), geometry, operand(call, 'norm_bias'))
  const squares = graph.node('ReduceSum', [graph.node('Mul', [whitened, whitened]), graph.ints([1])], {
    keepdims: { int: 1 },
  })
  const length = graph.node('Clip', [graph.node('Sqrt', [squares]), graph.scalar(1e-12)])
  const least = graph.node('Mul', [length, graph.name(operand(call, 'threshold'))])
  const products = convolution(graph, picture, filters, geometry, operand(call, 'bias'))
  const alike = graph.cast(graph.node('GreaterOrEqual', [products, least]), 'bool', 'float32')
  const side = number(call, 'side')
  const places = [2, 3].map((dim, i) => {
    const free = fixed(call, x.shape[dim]) - (filters.shape[dim] as number)
    return Math.floor(free / (stride[i] as number)) + 1
  }) as [number, number]
  return cells(call, graph, alike, places, [side, side])
}

export const POOLING: Rules = {
  max_pool2d: maxPool,
  avg_pool2d: averagePool,
  adaptive_avg_pool2d: adaptive,
}

export const OWN_POOLING: Rules = { grid_average: gridAverage, patch_codes: patchCodes }
