import { adamw, lars, type Optimizer, sgd } from '../nn/index.js'
import type { Tensor } from '../torch/index.js'

/** An optimiser as data. Biases and norms are exempt from decay and trust ratio, but for `adam`, whose decay is coupled. */
export type OptimizerSpec = {
  weightDecay: number
  /** Where a cosine brings the weight decay by the end; as it is unless given. */
  finalWeightDecay?: number | undefined
} & (
  | { name: 'lars'; momentum: number; trust: number }
  | { name: 'sgd'; momentum: number; nesterov: boolean }
  | { name: 'adamw' | 'adam'; betas: readonly [number, number]; eps?: number | undefined }
)

const MAKERS: {
  [Name in OptimizerSpec['name']]: (p: ReadonlyMap<string, Tensor>, spec: never) => Optimizer
} = {
  lars,
  sgd,
  adamw,
  adam: (parameters, spec: object) => adamw(parameters, { ...spec, coupled: true }),
}

export function createOptimizer(spec: OptimizerSpec, parameters: ReadonlyMap<string, Tensor>): Optimizer {
  return MAKERS[spec.name](parameters, spec as never)
}
