import { noGrad, type Tensor, tensor } from '../torch/index.js'

/** What pixels are scaled and shifted by before an encoder sees them. */
export interface InputSpec {
  /** Value of full brightness, 255 or of 16 bits: pictures are read as shares of it. */
  maximum: number
  /** Of each channel, as shares of `maximum`. */
  mean: readonly number[]
  std: readonly number[]
}

/** ImageNet's channel statistics, and their luma for grey pictures; the constants of BYOL's code. */
const PHOTOGRAPHS: Readonly<Record<number, Pick<InputSpec, 'mean' | 'std'>>> = {
  1: { mean: [0.449], std: [0.226] },
  3: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
}

/** The constants that the papers use for pictures like photographs: 8 bits, grey or colour; undefined for others. */
export function photographInput(channels: number, maximum: number): InputSpec | undefined {
  const known = maximum === 255 ? PHOTOGRAPHS[channels] : undefined
  return known && { maximum, ...known }
}

/** Below this share of full brightness a channel is as good as constant, and is not stretched. */
const LEAST_STD = 1e-3

/** The constants that were measured on the pictures themselves. */
export function measuredInput(maximum: number, { mean, std }: Omit<InputSpec, 'maximum'>): InputSpec {
  const rounded = (value: number) => Number(value.toPrecision(6))
  return {
    maximum,
    mean: mean.map(rounded),
    std: std.map((one) => (one < LEAST_STD ? 1 : rounded(one))),
  }
}

/** Pictures in [0, 1], `[N, C, H, W]` float32, to about zero mean and unit deviation: part of the network, after augmentation. */
export function standardize(x: Tensor, input: InputSpec): Tensor {
  const { mean, std } = constants(input)
  return noGrad(() => x.sub(mean).div(std))
}

/** The way back, `[N, C, H, W]` float32 to pictures in [0, 1] but for rounding. */
export function unstandardize(x: Tensor, input: InputSpec): Tensor {
  const { mean, std } = constants(input)
  return noGrad(() => x.mul(std).add(mean))
}

function constants({ mean, std }: InputSpec): { mean: Tensor; std: Tensor } {
  const each = [mean.length, 1, 1]
  return { mean: tensor([...mean], each), std: tensor([...std], each) }
}
