import { type Tensor, tensor } from '../../torch/index.js'

/**
 * Gaussian blur, each picture with its own sigma, as two one-dimensional passes. The borders see zeros outside, as
 * in DeepMind's code (padding "SAME").
 * @param x float32 `[N, C, H, W]`
 * @param sigmas standard deviations in pixels, N of them
 * @param radius taps on each side of the middle
 */
export function gaussianBlur(x: Tensor, sigmas: readonly number[], radius: number): Tensor {
  const taps = 2 * radius + 1
  const [n, c, h, w] = x.shape as [number, number, number, number]
  const weights = tensor(
    sigmas.flatMap((sigma) => gaussian(sigma, radius)),
    [n, taps],
  )
  const pass = (input: Tensor, axis: 2 | 3) => {
    const padded = input.constant_pad_nd(axis === 3 ? [radius, radius, 0, 0] : [0, 0, radius, radius])
    let sum: Tensor | undefined
    for (let tap = 0; tap < taps; tap++) {
      const shifted = padded.narrow(axis, tap, axis === 3 ? w : h)
      const weight = weights.select(1, tap).reshape([n, 1, 1, 1])
      if (sum) sum.addcmul_(shifted, weight)
      else sum = shifted.mul(weight)
    }
    return sum as Tensor
  }
  return c === 0 ? x : pass(pass(x, 3), 2)
}

/** Normalised weights of a cut-off Gaussian. */
export function gaussian(sigma: number, radius: number): number[] {
  const weights = Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  )
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
}
