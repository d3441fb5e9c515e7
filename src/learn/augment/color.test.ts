/** How far our colours are from torchvision's, over all colours: the figures of docs/methods.md. */
import { expect, test } from 'vitest'
import { ops, scope, type Tensor, tensor } from '../../torch/index.js'
import { brightness, contrast, grayscale, saturation } from './color.js'

/** 33 × 33 × 33 colours as one picture, `[1, 3, 1089, 33]`. */
function colours(): Tensor {
  const levels = ops.arange(33).to('float32').div(32)
  const [r, g, b] = [0, 1, 2].map((axis) => {
    const shape = [1, 1, 1]
    shape[axis] = 33
    return levels
      .reshape(shape)
      .expand([33, 33, 33])
      .reshape([33 * 33, 33])
  }) as [Tensor, Tensor, Tensor]
  return ops.stack([r, g, b]).unsqueeze(0)
}

/** torchvision's rule for all but hue: between the picture and something without it. */
const blend = (x: Tensor, other: Tensor, factor: number) =>
  x
    .mul(factor)
    .add(other.mul(1 - factor))
    .clamp(0, 1)

const apart = (ours: Tensor, theirs: Tensor) => ours.sub(theirs).abs().max().item()
const worst = (strength: number, at: (factor: number) => number) =>
  Math.max(...Array.from({ length: 21 }, (_, i) => at(1 + strength * (i / 10 - 1))))

test.each([
  [0.2, 0.177],
  [0.4, 0.354],
  [0.8, 0.709],
])('saturation of strength %f is up to %f from torchvision’s', (strength, expected) => {
  scope(() => {
    const x = colours()
    const grey = grayscale(x)
    const found = worst(strength, (factor) => apart(saturation(x, tensor([factor])), blend(x, grey, factor)))
    expect(found).toBeCloseTo(expected, 3)
  })
})

test.each([0.4, 0.8])('added brightness of strength %f is up to as much from a factor', (strength) => {
  scope(() => {
    const x = colours()
    const found = worst(strength, (factor) =>
      apart(brightness(x, tensor([factor - 1])), blend(x, ops.zeros_like(x), factor)),
    )
    expect(found).toBeCloseTo(strength, 6)
  })
})

test('contrast keeps each channel’s mean, torchvision’s the mean of the greys', () => {
  scope(() => {
    // red of 0.5 and 1, no green, no blue
    const x = tensor([0.5, 1, 0, 0, 0, 0], [1, 3, 1, 2])
    const halved = contrast(x, tensor([0.5])).toArray()
    for (const [i, value] of [0.625, 0.875, 0, 0, 0, 0].entries()) expect(halved[i]).toBeCloseTo(value, 6)
    const grey = grayscale(x).mean()
    expect(apart(contrast(x, tensor([0.5])), blend(x, grey, 0.5))).toBeCloseTo(
      0.5 * (0.75 - 0.75 * 0.2989),
      4,
    )
  })
})
