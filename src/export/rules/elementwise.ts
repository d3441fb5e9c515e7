/** Number by number. */
import type { DType } from '../../torch/index.js'
import type { GraphBuilder } from '../graph/builder.js'
import { type Call, isOperand } from '../trace/program.js'
import { flag, number, operand, optional, type Rule, type Rules, refuse, result, text } from './arguments.js'

const FLOATS: readonly DType[] = ['float32', 'float16', 'bfloat16', 'float64']

/** An argument as a node's input of a type. */
function term(call: Call, key: string, graph: GraphBuilder, dtype: DType): string {
  const found = call.args[key]
  if (isOperand(found)) return graph.cast(graph.name(found), found.dtype, dtype)
  if (typeof found === 'boolean' || typeof found === 'bigint') return graph.scalar(found, dtype)
  return graph.scalar(number(call, key), dtype)
}

/** In which type two operands are compared. */
function common(call: Call): DType {
  const types = ['self', 'other'].flatMap((key) => optional(call, key)?.dtype ?? [])
  const wide = types.find((one) => FLOATS.includes(one))
  const whole = typeof call.args.other !== 'number' || Number.isInteger(call.args.other)
  return wide ?? (whole ? (types.find((one) => one !== 'bool') ?? (types[0] as DType)) : 'float32')
}

const unary =
  (operator: string, attributes: Parameters<GraphBuilder['node']>[2] = {}): Rule =>
  (call, graph) =>
    graph.node(operator, [term(call, 'self', graph, result(call).dtype)], attributes)

const binary =
  (operator: string): Rule =>
  (call, graph) => {
    const { dtype } = result(call)
    const alpha = number(call, 'alpha', 1)
    const other = term(call, 'other', graph, dtype)
    const times = alpha === 1 ? other : graph.node('Mul', [other, graph.scalar(alpha, dtype)])
    return graph.node(operator, [term(call, 'self', graph, dtype), times])
  }

const compared =
  (operator: string, negated = false): Rule =>
  (call, graph) => {
    const dtype = common(call)
    const made = graph.node(operator, [term(call, 'self', graph, dtype), term(call, 'other', graph, dtype)])
    return negated ? graph.node('Not', [made]) : made
  }

const logical =
  (operator: string): Rule =>
  (call, graph) => {
    const keys = ['self', 'other'].filter((key) => call.args[key] !== undefined)
    return graph.node(
      operator,
      keys.map((key) => term(call, key, graph, 'bool')),
    )
  }

const clipped =
  (least: string | undefined, most: string | undefined): Rule =>
  (call, graph) => {
    const { dtype } = result(call)
    const bounds = [least, most].map((key) => {
      if (key === undefined || call.args[key] === undefined || call.args[key] === null) return ''
      if (optional(call, key)) return refuse(call, 'with a tensor as a bound')
      return term(call, key, graph, dtype)
    })
    const inputs = bounds[1] === '' ? bounds.slice(0, 1) : bounds
    return graph.node('Clip', [term(call, 'self', graph, dtype), ...inputs])
  }

/** The same numbers, perhaps of another type: layouts in memory are no matter of a graph. */
const same: Rule = (call, graph) => {
  const self = optional(call, 'self') ?? operand(call, 'input')
  return graph.cast(graph.name(self), self.dtype, result(call).dtype)
}

const divided: Rule = (call, graph) => {
  if (call.args.rounding_mode) return refuse(call, 'with rounding')
  return binary('Div')(call, graph)
}

const power: Rule = (call, graph) => {
  const { exponent } = call.args
  const { dtype } = result(call)
  const x = term(call, 'self', graph, dtype)
  if (exponent === 2) return graph.node('Mul', [x, x])
  if (exponent === 0.5) return graph.node('Sqrt', [x])
  return graph.node('Pow', [x, term(call, 'exponent', graph, dtype)])
}

/** Hendrycks and Gimpel 2016 (arXiv 1606.08415), exact or by the tangent that some networks have. */
const gelu: Rule = (call, graph) => {
  const x = graph.name(operand(call, 'self'))
  const times = (a: string, b: number) => graph.node('Mul', [a, graph.scalar(b)])
  if (text(call, 'approximate', 'none') === 'none') {
    const erf = graph.node('Erf', [graph.node('Div', [x, graph.scalar(Math.SQRT2)])])
    return times(graph.node('Mul', [x, graph.node('Add', [erf, graph.scalar(1)])]), 0.5)
  }
  const cube = graph.node('Mul', [graph.node('Mul', [x, x]), x])
  const inner = times(graph.node('Add', [x, times(cube, 0.044715)]), Math.sqrt(2 / Math.PI))
  const risen = graph.node('Add', [graph.node('Tanh', [inner]), graph.scalar(1)])
  return times(graph.node('Mul', [x, risen]), 0.5)
}

const silu: Rule = (call, graph) => {
  const x = graph.name(operand(call, 'self'))
  return graph.node('Mul', [x, graph.node('Sigmoid', [x])])
}

const mish: Rule = (call, graph) => {
  const x = graph.name(operand(call, 'self'))
  return graph.node('Mul', [x, graph.node('Tanh', [graph.node('Softplus', [x])])])
}

const softplus: Rule = (call, graph) => {
  if (number(call, 'beta', 1) !== 1) return refuse(call, "with a 'beta'")
  return graph.node('Softplus', [graph.name(operand(call, 'self'))])
}

const addcmul: Rule = (call, graph) => {
  const { dtype } = result(call)
  const value = number(call, 'value', 1)
  const made = graph.node('Mul', [term(call, 'tensor1', graph, dtype), term(call, 'tensor2', graph, dtype)])
  const scaled = value === 1 ? made : graph.node('Mul', [made, graph.scalar(value, dtype)])
  return graph.node('Add', [scaled, term(call, 'self', graph, dtype)])
}

const rsub: Rule = (call, graph) => {
  if (number(call, 'alpha', 1) !== 1) return refuse(call, "with an 'alpha'")
  const { dtype } = result(call)
  return graph.node('Sub', [term(call, 'other', graph, dtype), term(call, 'self', graph, dtype)])
}

const where: Rule = (call, graph) => {
  const { dtype } = result(call)
  const condition = graph.name(operand(call, 'condition'))
  return graph.node('Where', [condition, term(call, 'self', graph, dtype), term(call, 'other', graph, dtype)])
}

const maskedFill: Rule = (call, graph) => {
  const { dtype } = result(call)
  const mask = graph.name(operand(call, 'mask'))
  return graph.node('Where', [mask, term(call, 'value', graph, dtype), term(call, 'self', graph, dtype)])
}

const dropout: Rule = (call, graph) => {
  if (flag(call, 'train', false) && number(call, 'p', 0) > 0) return refuse(call, 'as in training')
  return same(call, graph)
}

export const ELEMENTWISE: Rules = {
  relu: unary('Relu'),
  sigmoid: unary('Sigmoid'),
  tanh: unary('Tanh'),
  exp: unary('Exp'),
  log: unary('Log'),
  sqrt: unary('Sqrt'),
  neg: unary('Neg'),
  abs: unary('Abs'),
  sign: unary('Sign'),
  erf: unary('Erf'),
  floor: unary('Floor'),
  ceil: unary('Ceil'),
  round: unary('Round'),
  sin: unary('Sin'),
  cos: unary('Cos'),
  reciprocal: unary('Reciprocal'),
  hardswish: unary('HardSwish'),
  hardsigmoid: unary('HardSigmoid', { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }),
  relu6: (call, graph) =>
    graph.node('Clip', [graph.name(operand(call, 'self')), graph.scalar(0), graph.scalar(6)]),
  leaky_relu: (call, graph) =>
    unary('LeakyRelu', { alpha: { float: number(call, 'negative_slope', 0.01) } })(call, graph),
  elu: (call, graph) => {
    if (number(call, 'scale', 1) !== 1 || number(call, 'input_scale', 1) !== 1)
      return refuse(call, 'with scales')
    return unary('Elu', { alpha: { float: number(call, 'alpha', 1) } })(call, graph)
  },
  rsqrt: (call, graph) => graph.node('Reciprocal', [unary('Sqrt')(call, graph) as string]),
  square: (call, graph) => {
    const x = term(call, 'self', graph, result(call).dtype)
    return graph.node('Mul', [x, x])
  },
  gelu,
  silu,
  mish,
  softplus,
  add: binary('Add'),
  sub: binary('Sub'),
  rsub,
  mul: binary('Mul'),
  div: divided,
  pow: power,
  maximum: binary('Max'),
  minimum: binary('Min'),
  addcmul,
  clamp: clipped('min', 'max'),
  clamp_min: clipped('min', undefined),
  clamp_max: clipped(undefined, 'max'),
  hardtanh: (call, graph) => {
    const bounds = [number(call, 'min_val', -1), number(call, 'max_val', 1)]
    return graph.node('Clip', [graph.name(operand(call, 'self')), ...bounds.map((one) => graph.scalar(one))])
  },
  gt: compared('Greater'),
  ge: compared('GreaterOrEqual'),
  lt: compared('Less'),
  le: compared('LessOrEqual'),
  eq: compared('Equal'),
  ne: compared('Equal', true),
  logical_and: logical('And'),
  logical_or: logical('Or'),
  logical_xor: logical('Xor'),
  logical_not: logical('Not'),
  where,
  masked_fill: maskedFill,
  dropout,
  _to_copy: same,
  to: same,
  type_as: same,
  contiguous: same,
  detach: same,
  alias: same,
  clone: same,
}
