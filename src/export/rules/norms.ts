/** Normalisations, as in evaluation. */
import type { GraphBuilder } from '../graph/builder.js'
import { floatsOf } from '../graph/builder.js'
import type { Call, Operand } from '../trace/program.js'
import {
  fixed,
  flag,
  number,
  numbers,
  operand,
  optional,
  product,
  type Rule,
  type Rules,
  refuse,
} from './arguments.js'

/** One number a channel, of a constant; all the same where there is none. */
function channels(call: Call, key: string, count: number, otherwise: number): Float64Array {
  const found = optional(call, key)
  if (!found) return new Float64Array(count).fill(otherwise)
  if (found.kind !== 'constant' || found.dtype !== 'float32')
    return refuse(call, `with a '${key}' that depends on the picture`)
  return Float64Array.from(floatsOf(found.bytes))
}

/** Numbers of the channels beside `[N, C, …]`. */
function beside(graph: GraphBuilder, values: ArrayLike<number>, { shape }: Operand): string {
  return graph.floats(values, [values.length, ...shape.slice(2).map(() => 1)])
}

/** By running statistics it is a scale and a shift a channel. */
function batchNorm(
  call: Call,
  graph: GraphBuilder,
  x: Operand,
  keys: { mean: string; variance: string },
): string {
  if (flag(call, 'training', false)) return refuse(call, 'as in training')
  const count = fixed(call, x.shape[1])
  const mean = channels(call, keys.mean, count, 0)
  const variance = channels(call, keys.variance, count, 1)
  const weight = channels(call, 'weight', count, 1)
  const bias = channels(call, 'bias', count, 0)
  const eps = number(call, 'eps')
  const scale = weight.map((one, i) => one / Math.sqrt((variance[i] as number) + eps))
  const shift = bias.map((one, i) => one - (mean[i] as number) * (scale[i] as number))
  const scaled = graph.node('Mul', [graph.name(x), beside(graph, scale, x)])
  return graph.node('Add', [scaled, beside(graph, shift, x)])
}

const batchNormAct: Rule = (call, graph) => {
  const x = operand(call, 'x')
  const normal = batchNorm(call, graph, x, { mean: 'running_mean', variance: 'running_var' })
  const residual = optional(call, 'residual')
  const sum = residual ? graph.node('Add', [normal, graph.name(residual)]) : normal
  return flag(call, 'relu', false) ? graph.node('Relu', [sum]) : sum
}

/** A group is as an instance's channel: GroupNormalization itself came after opset 17, and wrongly at first. */
const groupNorm: Rule = (call, graph) => {
  const x = operand(call, 'input')
  const groups = number(call, 'num_groups')
  const [pictures = 0, ...sizes] = x.shape
  const each = product(sizes.map((size) => fixed(call, size))) / groups
  const apart = graph.reshape(graph.name(x), [pictures, groups, each])
  const ones = graph.floats(new Float64Array(groups).fill(1))
  const zeros = graph.floats(new Float64Array(groups))
  const epsilon = { float: number(call, 'eps', 1e-5) }
  const normal = graph.reshape(
    graph.node('InstanceNormalization', [apart, ones, zeros], { epsilon }),
    x.shape,
  )
  const count = fixed(call, x.shape[1])
  const scaled = optional(call, 'weight')
    ? graph.node('Mul', [normal, beside(graph, channels(call, 'weight', count, 1), x)])
    : normal
  return optional(call, 'bias')
    ? graph.node('Add', [scaled, beside(graph, channels(call, 'bias', count, 0), x)])
    : scaled
}

const layerNorm: Rule = (call, graph) => {
  const shape = numbers(call, 'normalized_shape')
  const weight = optional(call, 'weight')
  const bias = optional(call, 'bias')
  const scale = weight ? graph.name(weight) : graph.floats(new Float64Array(product(shape)).fill(1), shape)
  const inputs = [graph.name(operand(call, 'input')), scale, ...(bias ? [graph.name(bias)] : [])]
  return graph.node('LayerNormalization', inputs, {
    axis: { int: -shape.length },
    epsilon: { float: number(call, 'eps', 1e-5) },
  })
}

export const NORMS: Rules = {
  batch_norm: (call, graph) =>
    batchNorm(call, graph, operand(call, 'input'), { mean: 'running_mean', variance: 'running_var' }),
  group_norm: groupNorm,
  layer_norm: layerNorm,
}

export const OWN_NORMS: Rules = { batch_norm_act: batchNormAct }
