/** Convolutions and matrix products. */
import type { GraphBuilder } from '../graph/builder.js'
import type { Call, Operand } from '../trace/program.js'
import { number, operand, optional, pair, type Rule, type Rules, refuse, text } from './arguments.js'

interface Geometry {
  stride: readonly number[]
  padding: readonly number[]
  dilation?: readonly number[]
  groups?: number
}

/** A convolution over the last two dimensions. */
export function convolution(
  graph: GraphBuilder,
  x: string,
  weight: Operand,
  { stride, padding, dilation = [1, 1], groups = 1 }: Geometry,
  bias?: Operand,
): string {
  const inputs = [x, graph.name(weight), ...(bias ? [graph.name(bias)] : [])]
  return graph.node('Conv', inputs, {
    kernel_shape: { ints: weight.shape.slice(2) as number[] },
    strides: { ints: stride },
    pads: { ints: [...padding, ...padding] },
    dilations: { ints: dilation },
    group: { int: groups },
  })
}

const conv2d: Rule = (call, graph) => {
  if (typeof call.args.padding === 'string' && text(call, 'padding', '') !== 'valid')
    return refuse(call, 'with a padding by name')
  const padding = typeof call.args.padding === 'string' ? [0, 0] : pair(call, 'padding', [0, 0])
  const geometry = {
    stride: pair(call, 'stride', [1, 1]),
    padding,
    dilation: pair(call, 'dilation', [1, 1]),
    groups: number(call, 'groups', 1),
  }
  const x = optional(call, 'input') ?? operand(call, 'x')
  return convolution(graph, graph.name(x), operand(call, 'weight'), geometry, optional(call, 'bias'))
}

/** As `conv2d`, whose weights of 3 × 3 move by one pixel over a border of one. */
const conv3x3: Rule = (call, graph) =>
  convolution(graph, graph.name(operand(call, 'x')), operand(call, 'weight'), {
    stride: [1, 1],
    padding: [1, 1],
  })

/** Rows as they are wanted for a product from the right: `[out, in]` to `[in, out]`. */
function turned(graph: GraphBuilder, weight: Operand): string {
  if (weight.kind === 'value' || weight.dtype !== 'float32' || weight.repeated)
    return graph.node('Transpose', [graph.name(weight)], { perm: { ints: [1, 0] } })
  const [rows, columns] = weight.shape as [number, number]
  const from = new Uint32Array(Uint8Array.from(weight.bytes).buffer)
  const to = new Uint32Array(from.length)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      to[column * rows + row] = from[row * columns + column] as number
  const bytes = new Uint8Array(to.buffer)
  return graph.name({ kind: 'constant', shape: [columns, rows], dtype: 'float32', bytes })
}

const linear: Rule = (call, graph) => {
  const x = operand(call, 'input')
  const weight = operand(call, 'weight')
  const bias = optional(call, 'bias')
  if (x.shape.length === 2) {
    const inputs = [graph.name(x), graph.name(weight), ...(bias ? [graph.name(bias)] : [])]
    return graph.node('Gemm', inputs, { transB: { int: 1 } })
  }
  const made = graph.node('MatMul', [graph.name(x), turned(graph, weight)])
  return bias ? graph.node('Add', [made, graph.name(bias)]) : made
}

const matmul =
  (other: string): Rule =>
  (call, graph) =>
    graph.node('MatMul', [graph.name(operand(call, 'self')), graph.name(operand(call, other))])

const addmm: Rule = (call, graph) => {
  const made = graph.node(
    'Gemm',
    [graph.name(operand(call, 'mat1')), graph.name(operand(call, 'mat2')), graph.name(operand(call, 'self'))],
    { alpha: { float: number(call, 'alpha', 1) }, beta: { float: number(call, 'beta', 1) } },
  )
  return made
}

export function softmax(graph: GraphBuilder, x: string, dim: number): string {
  return graph.node('Softmax', [x], { axis: { int: dim } })
}

const attention: Rule = (call: Call, graph) => {
  if (call.args.attn_mask || call.args.is_causal === true) return refuse(call, 'with a mask')
  if (number(call, 'dropout_p', 0) > 0) return refuse(call, 'with dropout')
  const [q, k, v] = ['query', 'key', 'value'].map((key) => operand(call, key)) as [Operand, Operand, Operand]
  const rank = q.shape.length
  const width = q.shape[rank - 1] as number
  const scale = call.args.scale == null ? width ** -0.5 : number(call, 'scale')
  const order = Array.from({ length: rank }, (_, i) => i)
  order.splice(rank - 2, 2, rank - 1, rank - 2)
  const keys = graph.node('Transpose', [graph.name(k)], { perm: { ints: order } })
  const queries = graph.node('Mul', [graph.name(q), graph.scalar(scale)])
  const weights = softmax(graph, graph.node('MatMul', [queries, keys]), -1)
  return graph.node('MatMul', [weights, graph.name(v)])
}

export const PRODUCTS: Rules = {
  conv2d,
  linear,
  matmul: matmul('other'),
  mm: matmul('mat2'),
  bmm: matmul('mat2'),
  addmm,
  scaled_dot_product_attention: attention,
}

export const OWN_PRODUCTS: Rules = { conv3x3, first_conv2d: conv2d }
