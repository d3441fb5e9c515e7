/** Weights and what they meet as whole numbers of 8 bits: static quantisation in the QDQ form. */
import { bytesOf, floatsOf, type Node, type Stored } from '../graph/builder.js'
import type { Graph } from '../graph/to-onnx.js'
import { beforeSteps, largeConstants } from './large.js'

/** Least and largest value of what goes into a product, by the graph's name for it. */
export type Ranges = ReadonlyMap<string, readonly [number, number]>

/**
 * Weights are rounded to 7 bits: processors without VNNI add two products of 8 bits in 16, where 255 · 127 · 2 does not fit, and
 * would clip them unseen.
 */
const MOST_WEIGHT = 63
const MOST_ACTIVATION = 255

/** Products that can be computed so: their weights' name, and the dimension of the channels that come out. */
function weightOf(node: Node): [name: string, axis: number] | undefined {
  const [, weight = ''] = node.inputs
  if (node.operator === 'Conv') return [weight, 0]
  if (node.operator === 'Gemm') return node.attributes?.transB ? [weight, 0] : undefined
  return node.operator === 'MatMul' ? [weight, 1] : undefined
}

/** The products that are worth it, and what goes into them; not those of the pictures themselves, small and worth most. */
function products(graph: Graph): { node: Node; weight: string; axis: number; input: string }[] {
  const large = largeConstants(graph)
  const exact = beforeSteps(graph.nodes)
  const pictures = graph.inputs.map(({ name }) => name)
  return graph.nodes.flatMap((node) => {
    const [weight, axis] = weightOf(node) ?? []
    const [input = ''] = node.inputs
    if (weight === undefined || axis === undefined || !large.has(weight)) return []
    if (exact.has(node) || pictures.includes(input)) return []
    return graph.constants.get(weight)?.shape.length === 2 || node.operator === 'Conv'
      ? [{ node, weight, axis, input }]
      : []
  })
}

/** What has to be looked at for `quantised`. */
export function toCalibrate(graph: Graph): string[] {
  return [...new Set(products(graph).map(({ input }) => input))]
}

/** @param ranges of all of `toCalibrate` */
export function quantised(graph: Graph, ranges: Ranges): Graph {
  const constants = new Map(graph.constants)
  const made = new Map<Node, Node[]>()
  const rounded = new Map<string, string>()
  for (const { node, weight, axis, input } of products(graph)) {
    const before: Node[] = []
    const scale = activationScale(ranges.get(input) as readonly [number, number])
    let x = rounded.get(input)
    if (x === undefined) {
      x = addActivation(input, scale, constants, before)
      rounded.set(input, x)
    }
    const scales = addWeight(weight, axis, constants, before)
    const [, , bias] = node.inputs
    const b = bias && constants.has(bias) ? addBias(bias, scales, scale.scale, node, constants, before) : bias
    const inputs = [x, `${weight}_rounded`, ...(b === undefined ? [] : [b])]
    made.set(node, [...before, { ...node, inputs }])
  }
  const nodes = graph.nodes.flatMap((node) => made.get(node) ?? [node])
  const used = new Set(nodes.flatMap(({ inputs }) => inputs))
  return { ...graph, nodes, constants: new Map([...constants].filter(([name]) => used.has(name))) }
}

interface Scale {
  scale: number
  /** The whole number that stands for 0. */
  zero: number
}

function activationScale([least, most]: readonly [number, number]): Scale {
  const [from, to] = [Math.min(0, least), Math.max(0, most)]
  const scale = Math.fround((to - from) / MOST_ACTIVATION || 1)
  return { scale, zero: Math.round(-from / scale) }
}

function addActivation(
  input: string,
  { scale, zero }: Scale,
  constants: Map<string, Stored>,
  nodes: Node[],
): string {
  const [by, from] = [`${input}_scale`, `${input}_zero`]
  constants.set(by, { type: 'float32', shape: [], data: bytesOf(Float32Array.of(scale)) })
  constants.set(from, { type: 'uint8', shape: [], data: Uint8Array.of(zero) })
  nodes.push(step('QuantizeLinear', [input, by, from], `${input}_whole`))
  nodes.push(step('DequantizeLinear', [`${input}_whole`, by, from], `${input}_rounded`))
  return `${input}_rounded`
}

/** A scale for each channel that comes out, so that a weak one keeps its digits. */
function addWeight(name: string, axis: number, constants: Map<string, Stored>, nodes: Node[]): Float32Array {
  const whole = `${name}_whole`
  const by = `${name}_scale`
  const known = constants.get(by)
  if (known) return floatsOf(known.data)
  const { shape, data } = constants.get(name) as Stored
  const values = floatsOf(data)
  const channels = shape[axis] as number
  const inner = shape.slice(axis + 1).reduce((all, size) => all * size, 1)
  const scales = new Float32Array(channels)
  const channelOf = (i: number) => Math.floor(i / inner) % channels
  for (let i = 0; i < values.length; i++) {
    const channel = channelOf(i)
    scales[channel] = Math.max(scales[channel] as number, Math.abs(values[i] as number))
  }
  for (let i = 0; i < channels; i++) scales[i] = (scales[i] as number) / MOST_WEIGHT || 1
  const rounded = new Int8Array(values.length)
  for (let i = 0; i < values.length; i++)
    rounded[i] = Math.round((values[i] as number) / (scales[channelOf(i)] as number))
  constants.set(whole, { type: 'int8', shape, data: bytesOf(rounded) })
  constants.set(by, { type: 'float32', shape: [channels], data: bytesOf(scales) })
  const zeros = `zeros_${channels}`
  constants.set(zeros, { type: 'int8', shape: [channels], data: new Uint8Array(channels) })
  nodes.push(step('DequantizeLinear', [whole, by, zeros], `${name}_rounded`, axis))
  return scales
}

/** In 32 bits at the scale of the products, to which it is added before anything is rounded. */
function addBias(
  name: string,
  scales: Float32Array,
  input: number,
  node: Node,
  constants: Map<string, Stored>,
  nodes: Node[],
): string {
  const own = `${node.outputs[0]}_shift`
  const values = floatsOf((constants.get(name) as Stored).data)
  if (values.length !== scales.length) return name
  const by = scales.map((scale) => scale * input)
  const rounded = Int32Array.from(values, (value, i) => {
    const whole = Math.round(value / (by[i] as number))
    return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, whole))
  })
  constants.set(`${own}_whole`, { type: 'int32', shape: [values.length], data: bytesOf(rounded) })
  constants.set(`${own}_scale`, { type: 'float32', shape: [values.length], data: bytesOf(by) })
  nodes.push(step('DequantizeLinear', [`${own}_whole`, `${own}_scale`], own, 0))
  return own
}

function step(operator: string, inputs: string[], output: string, axis?: number): Node {
  return {
    operator,
    inputs,
    outputs: [output],
    attributes: axis === undefined ? {} : { axis: { int: axis } },
    from: 'rounding',
  }
}
