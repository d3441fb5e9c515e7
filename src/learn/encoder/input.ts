import { noGrad, type Tensor, tensor } from '../../torch/index.js'

/** ImageNet's channel statistics, and their luma for grey pictures; the constants of BYOL's code. */
const RGB = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }
const GREY = { mean: [0.449], std: [0.226] }

/** Pictures in [0, 1], `[N, C, H, W]` float32, to about zero mean and unit deviation: part of the network, after augmentation. */
export function standardize(x: Tensor): Tensor {
  const { mean, std } = x.shape[1] === 1 ? GREY : RGB
  return noGrad(() => x.sub(tensor(mean, [mean.length, 1, 1])).div(tensor(std, [std.length, 1, 1])))
}
