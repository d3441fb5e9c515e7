/** First filters that come from the pictures themselves. */
import { noGrad, onHost, ops, scope, type Tensor } from '../torch/index.js'

/**
 * The principal components of the patches of `x`, the strongest first, each followed by its negative further on: filters of
 * length 1 that batch norm then makes equally strong, which together is a whitening (Coates & Ng 2012; airbench,
 * arXiv 2404.00498). Without it random filters tell little but brightness apart, the strongest direction by far.
 * @param x `[N, C, H, W]`
 * @param kernel sides of a patch, height first; it moves by `stride`, and patches lie within the picture
 * @param most filters at most, an even number; there are no more than twice a patch's values
 * @returns float32 `[filters, C, kernel height, kernel width]` on the CPU: all components, then their negatives
 */
export function principalFilters(
  x: Tensor,
  kernel: readonly [number, number],
  stride: readonly [number, number],
  most: number,
): Tensor {
  return scope(() =>
    noGrad(() => {
      const patches = x
        .to('float32')
        .unfold(2, kernel[0], stride[0])
        .unfold(3, kernel[1], stride[1])
        .permute([0, 2, 3, 1, 4, 5])
      const values = patches.shape.slice(3).reduce((product, side) => product * side, 1)
      const rows = patches.reshape([-1, values])
      const centred = rows.sub(rows.mean([0], true))
      const covariance = centred
        .t()
        .matmul(centred)
        .div(rows.shape[0] as number)
      // on the CPU, so that they are the same beside any device
      const components = onHost(() => {
        const [, vectors] = ops.to(covariance, { device: 'cpu', dtype: 'float64' }).linalg_eigh()
        const sorted = vectors
          .t()
          .flip([0])
          .slice(0, 0, Math.min(most >> 1, values))
        // an eigenvector's sign is free: the first component of each pair is the one whose largest value is positive
        const largest = sorted.gather(1, sorted.abs().argmax({ dim: 1, keepdim: true }))
        return sorted.mul(largest.sign()).to('float32')
      })
      return ops.cat([components, components.neg()]).reshape([-1, ...patches.shape.slice(3)])
    }),
  )
}
