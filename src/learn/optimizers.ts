import { adamw, lars, type Optimizer, sgd } from '../nn/index.js'
import type { Tensor } from '../torch/index.js'
import type { OptimizerSpec } from './settings-schema.js'

const MAKERS: {
  [Name in OptimizerSpec['name']]: (p: ReadonlyMap<string, Tensor>, spec: never) => Optimizer
} = {
  lars,
  sgd,
  adamw,
  none: (parameters) => sgd(parameters, { momentum: 0, weightDecay: 0, nesterov: false }),
  adam: (parameters, spec: object) => adamw(parameters, { ...spec, coupled: true }),
}

export function createOptimizer(spec: OptimizerSpec, parameters: ReadonlyMap<string, Tensor>): Optimizer {
  return MAKERS[spec.name](parameters, spec as never)
}
