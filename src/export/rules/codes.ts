/** Which patches of a dictionary the places of a picture are like, averaged over cells. */
import { floatsOf, type GraphBuilder } from '../graph/builder.js'
import type { Call, Constant } from '../trace/program.js'
import { fixed, number, operand, type Rule, type Rules, refuse } from './arguments.js'
import { cellOf, shares } from './pooling.js'

function constant(call: Call, key: string): Constant {
  const found = operand(call, key)
  return found.kind === 'constant' ? found : refuse(call, `with a '${key}' that depends on the picture`)
}

/** Filters `[K, values]` and what is added to their products, as the right side of a product: `[values + 1, K]`. */
function product(graph: GraphBuilder, filters: Constant, bias: Constant): string {
  const [count, ...patch] = filters.shape as [number, ...number[]]
  const values = patch.reduce((all, size) => all * size, 1)
  const from = floatsOf(filters.bytes)
  const to = new Float32Array((values + 1) * count)
  for (let i = 0; i < count; i++)
    for (let value = 0; value < values; value++) to[value * count + i] = from[i * values + value] as number
  to.set(floatsOf(bias.bytes), values * count)
  return graph.floats(to, [values + 1, count])
}

/** The patch at each place as the last dimension, and a 1 behind its values: `[N, height, width, values + 1]`. */
function patches(call: Call, graph: GraphBuilder, shape: readonly number[]): string {
  const values = shape.reduce((all, size) => all * size, 1)
  // as a convolution that only copies, which is fast everywhere
  const copying = new Float32Array((values + 1) * values)
  for (let i = 0; i < values; i++) copying[i * values + i] = 1
  const one = new Float32Array(values + 1)
  one[values] = 1
  const stride = number(call, 'stride')
  const weight = graph.floats(copying, [values + 1, ...shape])
  const made = graph.node('Conv', [graph.name(operand(call, 'x')), weight, graph.floats(one)], {
    kernel_shape: { ints: shape.slice(1) },
    strides: { ints: [stride, stride] },
  })
  return graph.node('Transpose', [made], { perm: { ints: [0, 2, 3, 1] } })
}

/**
 * Row of cells by row, so that no more than the places of one are held: `[N, cells, K]` where a whitened patch's cosine with one of
 * the dictionary is at least the threshold, then as the operator has it.
 */
const patchCodes: Rule = (call, graph) => {
  const x = operand(call, 'x')
  const filters = constant(call, 'filters')
  const norms = constant(call, 'norms')
  const [atoms, ...patch] = filters.shape as [number, ...number[]]
  const [side, stride] = [number(call, 'side'), number(call, 'stride')]
  const [pictures = 0, ...sizes] = x.shape
  const [height, width] = [1, 2].map(
    (dim) => Math.floor((fixed(call, sizes[dim]) - (patch[dim] as number)) / stride) + 1,
  ) as [number, number]
  const all = patches(call, graph, patch)
  const like = product(graph, filters, constant(call, 'bias'))
  const whitening = product(graph, norms, constant(call, 'norm_bias'))
  const values = patch.reduce((product, size) => product * size, 1) + 1
  const rows = Array.from({ length: side }, (_, cell) => {
    const [from, to] = cellOf(cell, height, side)
    const strip = graph.node('Slice', [all, graph.ints([from]), graph.ints([to]), graph.ints([1])])
    const places = graph.reshape(strip, [pictures, (to - from) * width, values])
    const whitened = graph.node('MatMul', [places, whitening])
    const squares = graph.node('ReduceSum', [graph.node('Mul', [whitened, whitened]), graph.ints([2])], {
      keepdims: { int: 1 },
    })
    const length = graph.node('Clip', [graph.node('Sqrt', [squares]), graph.scalar(1e-12)])
    const least = graph.node('Mul', [length, graph.name(operand(call, 'threshold'))])
    const alike = graph.node('GreaterOrEqual', [graph.node('MatMul', [places, like]), least])
    return graph.node('MatMul', [
      graph.floats(stripShares(to - from, width, side), [side, (to - from) * width]),
      graph.cast(alike, 'bool', 'float32'),
    ])
  })
  const cells = side === 1 ? (rows[0] as string) : graph.node('Concat', rows, { axis: { int: 1 } })
  const turned = graph.node('Transpose', [cells], { perm: { ints: [0, 2, 1] } })
  return graph.reshape(turned, [pictures, atoms, side, side])
}

/** What share each place of a row of cells has in each of them, `[side, tall · width]`. */
function stripShares(tall: number, width: number, side: number): Float64Array {
  const across = shares(width, side)
  const all = new Float64Array(side * tall * width)
  for (let cell = 0; cell < side; cell++)
    for (let i = 0; i < tall * width; i++)
      all[cell * tall * width + i] = (across[cell * width + (i % width)] as number) / tall
  return all
}

export const CODES: Rules = { patch_codes: patchCodes }
