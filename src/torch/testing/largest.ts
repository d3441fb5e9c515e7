import { ops, scope, type Tensor } from '../index.js'

/** The largest difference between two tensors. */
export const largest = (a: Tensor, b: Tensor) => scope(() => ops.sub(a, b).abs().max().item())
