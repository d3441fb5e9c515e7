import { ops, type Tensor } from '../torch/index.js'

export interface BatchNormActOptions {
  residual?: Tensor | undefined
  weight: Tensor
  bias: Tensor
  runningMean: Tensor
  runningVar: Tensor
  training: boolean
  momentum: number
  eps: number
  relu: boolean
}

/** `relu(batch_norm(x) + residual)`, libtorch's operators one after another. */
export function batchNormAct(x: Tensor, options: BatchNormActOptions): Tensor {
  const { residual, weight, bias, runningMean, runningVar, training, momentum, eps, relu } = options
  let y = ops.batch_norm(x, weight, bias, runningMean, runningVar, training, momentum, eps, false)
  if (residual) y = y.add(residual)
  return relu ? y.relu() : y
}
