/** First filters that come from the pictures themselves. */
import { noGrad, onHost, ops, scope, symmetricEigen, type Tensor } from '../torch/index.js'

/** Patches that tell the components well enough; of more, some at even distances are taken. */
const PATCHES = 100_000

/**
 * The principal components of the patches of `x`, the strongest first, then the negative of each: filters of length 1 that batch
 * norm then makes equally strong, which together is a whitening (Coates & Ng 2012; airbench, arXiv 2404.00498). Random
 * filters tell little but brightness, the strongest direction of colour pictures by far.
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
      const [count, , height, width] = x.shape as [number, number, number, number]
      const places = [height, width].map(
        (side, i) => (side - (kernel[i] as number)) / (stride[i] as number) + 1,
      )
      const apart = Math.max(
        1,
        Math.ceil(Math.sqrt(places.reduce((product, one) => product * one, count) / PATCHES)),
      )
      // float64 passes through autocast as it is
      const patches = ops
        .to(x, 'float64')
        .unfold(2, kernel[0], stride[0] * apart)
        .unfold(3, kernel[1], stride[1] * apart)
        .permute([0, 2, 3, 1, 4, 5])
      const filter = patches.shape.slice(3)
      const values = filter.reduce((product, side) => product * side, 1)
      const rows = patches.reshape([-1, values])
      const centred = rows.sub(rows.mean([0], true))
      const covariance = centred
        .t()
        .matmul(centred)
        .div(rows.shape[0] as number)
      // on the CPU, so that they are the same beside any device
      const components = onHost(() => {
        const [, vectors] = symmetricEigen(ops.to(covariance, { device: 'cpu' }))
        const sorted = vectors
          .t()
          .flip([0])
          .slice(0, 0, Math.min(most >> 1, values))
        // an eigenvector's sign is free: that of its largest value is made positive
        const largest = sorted.gather(1, sorted.abs().argmax({ dim: 1, keepdim: true }))
        return sorted.mul(largest.sign()).to('float32')
      })
      return ops.cat([components, components.neg()]).reshape([-1, ...filter])
    }),
  )
}
