import { scope, type Tensor } from '../torch/index.js'
import type { Classifiers } from './logistic.js'

/** The share of pictures `features` `[N, R]` that classifier (g, l) puts into the class of `labels` int64 `[N]`: `[G, L]`. */
export function accuracies(
  { slopes, offsets }: Omit<Classifiers, 'iterations'>,
  features: Tensor,
  labels: Tensor,
): number[][] {
  return scope(() => {
    const [problems = 0, many = 0] = slopes.shape
    const right = predictions({ slopes, offsets }, features).eq(labels).to('float32').mean([2]).toArray()
    return Array.from({ length: problems }, (_, g) => right.slice(g * many, (g + 1) * many))
  })
}

/** The predicted classes, int64 `[G, L, N]`, of features `[N, R]`. */
export function predictions({ slopes, offsets }: Omit<Classifiers, 'iterations'>, features: Tensor): Tensor {
  return scope(() => {
    const [problems = 0, many = 0, classes = 0] = slopes.shape
    const logits = slopes.flatten(0, 2).mm(features.t()).unflatten(0, [problems, many, classes])
    return logits.add_(offsets.unsqueeze(3)).argmax(2)
  })
}
