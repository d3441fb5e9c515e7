import { adamw, lars, type Optimizer, sgd } from '../nn/index.js'
import type { Tensor } from '../torch/index.js'

/** An optimiser as data. Biases and norms are always exempt from decay and trust ratio. */
export type OptimizerSpec =
  | { name: 'lars'; momentum: number; weightDecay: number; trust: number }
  | { name: 'sgd'; momentum: number; weightDecay: number; nesterov: boolean }
  | { name: 'adamw'; weightDecay: number; betas: readonly [number, number] }

const MAKERS: {
  [Name in OptimizerSpec['name']]: (p: ReadonlyMap<string, Tensor>, spec: never) => Optimizer
} = {
  lars,
  sgd,
  adamw,
}

export function createOptimizer(spec: OptimizerSpec, parameters: ReadonlyMap<string, Tensor>): Optimizer {
  return MAKERS[spec.name](parameters, spec as never)
}
