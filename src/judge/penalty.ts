import { scope, type Tensor } from '../torch/index.js'
import type { Classifiers } from './logistic.js'

/**
 * The L2 penalties to choose from, the same for every representation. On Fashion-MNIST raw pixels choose 0.001 or 0.01,
 * a random convolution net's features 0.0001; 0.00001 as a fifth choice made neither better (0.8547 against 0.8554 for
 * the net, no change for pixels) and took a third longer.
 */
export const PENALTIES: readonly number[] = [1e-4, 1e-3, 1e-2, 1e-1]

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

/** The position of the greatest value; of equals the last, which is the strongest penalty. */
export function best(values: readonly number[]): number {
  return values.lastIndexOf(Math.max(...values))
}
