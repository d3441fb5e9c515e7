/** Colour operations on whole batches, `[N, C, H, W]` float32 in [0, 1], amounts as `[N]`; results are clipped to [0, 1]. */
import { ops, type Tensor } from '../../torch/index.js'

/** Luma of ITU-R BT.601, as TensorFlow and Pillow weigh it. */
const LUMA = [0.2989, 0.587, 0.114] as const

function perPicture(amounts: Tensor): Tensor {
  return amounts.reshape([-1, 1, 1, 1])
}

/** Adds `amounts` to every pixel (additive, as in DeepMind's code; torchvision multiplies). */
export function brightness(x: Tensor, amounts: Tensor): Tensor {
  return x.add(perPicture(amounts)).clamp(0, 1)
}

/** Scales the distance to each channel's mean (TensorFlow's rule; torchvision uses one grey mean). */
export function contrast(x: Tensor, factors: Tensor): Tensor {
  const mean = x.mean([2, 3], true)
  return x.sub(mean).mul(perPicture(factors)).add(mean).clamp(0, 1)
}

/** Scales the saturation in HSV, `[N, 3, H, W]`. */
export function saturation(x: Tensor, factors: Tensor): Tensor {
  const { hue, saturation: s, value } = toHsv(x)
  return fromHsv(hue, s.mul(factors.reshape([-1, 1, 1])).clamp(0, 1), value).clamp(0, 1)
}

/** Turns the hue in HSV by `turns` of a full circle, `[N, 3, H, W]`. */
export function hue(x: Tensor, turns: Tensor): Tensor {
  const { hue: h, saturation: s, value } = toHsv(x)
  return fromHsv(h.add(turns.reshape([-1, 1, 1])).remainder(1), s, value).clamp(0, 1)
}

/** All three channels become the luma, `[N, 3, H, W]`. */
export function grayscale(x: Tensor): Tensor {
  const [r, g, b] = x.unbind(1) as [Tensor, Tensor, Tensor]
  const luma = r.mul(LUMA[0]).add(g.mul(LUMA[1])).add(b.mul(LUMA[2]))
  return luma.unsqueeze(1).expand_as(x)
}

/** Inverts every value of at least `threshold`. */
export function solarize(x: Tensor, threshold: number): Tensor {
  return ops.where(x.ge(threshold), x.neg().add(1), x)
}

interface Hsv {
  hue: Tensor
  saturation: Tensor
  value: Tensor
}

/** Smith 1978; hue in [0, 1), grey pixels get hue 0. */
function toHsv(x: Tensor): Hsv {
  const [r, g, b] = x.unbind(1) as [Tensor, Tensor, Tensor]
  const value = x.amax([1])
  const range = value.sub(x.amin([1]))
  const safe = range.masked_fill(range.eq(0), 1)
  const ifRed = g.sub(b).div(safe).remainder(6)
  const ifGreen = b.sub(r).div(safe).add(2)
  const ifBlue = r.sub(g).div(safe).add(4)
  const sextant = ops.where(value.eq(r), ifRed, ops.where(value.eq(g), ifGreen, ifBlue))
  const saturated = range.div(value.masked_fill(value.eq(0), 1))
  return { hue: sextant.div(6).masked_fill(range.eq(0), 0), saturation: saturated, value }
}

/** Channel n of (5, 3, 1) is v - v s max(0, min(k, 4 - k, 1)) with k = (n + 6 h) mod 6. */
function fromHsv(hue: Tensor, saturation: Tensor, value: Tensor): Tensor {
  const chroma = value.mul(saturation)
  const channel = (n: number) => {
    const k = hue.mul(6).add(n).remainder(6)
    const weight = ops.minimum(k, k.neg().add(4)).clamp(0, 1)
    return value.sub(chroma.mul(weight))
  }
  return ops.stack([channel(5), channel(3), channel(1)], 1)
}
