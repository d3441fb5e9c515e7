/**
 * Crops are distributed as torchvision's, whatever size a picture was decoded to. The numbers are those of 100,000 draws of
 * `RandomResizedCrop.get_params(picture, (0.08, 1), (3/4, 4/3))`, torchvision 0.13, `torch.manual_seed(0)`.
 */
import { expect, test } from 'vitest'
import { stream } from '../../src/encode/random.js'
import { drawBox, drawView } from '../../src/learn/augment/view.js'
import { BYOL_VIEWS } from '../../src/learn/augment/views.js'

const CROP = { area: [0.08, 1], ratio: [3 / 4, 4 / 3] } as const
const DRAWS = 100_000

/** Mean and deviation of: share of the area, log of width / height, middle down and right as shares of the sides. */
const TORCHVISION = [
  {
    size: [240, 300],
    area: [0.4548, 0.2277],
    aspect: [0.028, 0.1632],
    down: [0.5003, 0.0996],
    right: [0.5005, 0.129],
  },
  {
    size: [300, 200],
    area: [0.3898, 0.1898],
    aspect: [-0.0311, 0.1639],
    down: [0.4998, 0.15],
    right: [0.4999, 0.0962],
  },
  {
    size: [32, 32],
    area: [0.4895, 0.2398],
    aspect: [-0.0011, 0.1611],
    down: [0.5003, 0.1158],
    right: [0.5001, 0.116],
  },
  {
    size: [60, 400],
    area: [0.155, 0.0443],
    aspect: [0.1547, 0.1661],
    down: [0.5, 0.0376],
    right: [0.5002, 0.1884],
  },
] as const

for (const { size, ...expected } of TORCHVISION) {
  test(`crops of ${size.join(' × ')} px`, () => {
    const [height, width] = size
    const draw = stream(7)
    const sums = { area: [0, 0], aspect: [0, 0], down: [0, 0], right: [0, 0] }
    for (let i = 0; i < DRAWS; i++) {
      const [top, left, h, w] = drawBox(CROP, draw, height, width)
      const values = {
        area: (h * w) / (height * width),
        aspect: Math.log(w / h),
        down: (top + h / 2) / height,
        right: (left + w / 2) / width,
      }
      for (const [name, value] of Object.entries(values)) {
        const sum = sums[name as keyof typeof sums] as [number, number]
        sum[0] += value / DRAWS
        sum[1] += value ** 2 / DRAWS
      }
    }
    for (const [name, [mean, deviation]] of Object.entries(expected)) {
      const [first, second] = sums[name as keyof typeof sums] as [number, number]
      // five standard errors of the difference of two such means
      expect(Math.abs(first - mean), name).toBeLessThan((5 * Math.SQRT2 * deviation) / Math.sqrt(DRAWS))
      expect(Math.abs(Math.sqrt(second - first ** 2) / deviation - 1), name).toBeLessThan(0.02)
    }
  })
}

test('a picture decoded to half its size gets the same views, to the rounding of a pixel', () => {
  const [height, width] = [1200, 1600]
  const PICTURES = 2000
  let others = 0
  for (const [number, view] of BYOL_VIEWS.entries()) {
    for (let picture = 0; picture < PICTURES; picture++) {
      const whole = drawView(view, stream(0, 0, picture, number), height, width)
      const half = drawView(view, stream(0, 0, picture, number), height / 2, width / 2)
      const near = half.box.every((side, i) => Math.abs(2 * side - (whole.box[i] as number)) <= 3)
      const same = half.sigma === whole.sigma && half.solarize === whole.solarize && half.flip === whole.flip
      if (!near || !same) others++
    }
  }
  // rounding decides whether a box at the very edge fits; where it does not, all that follows is drawn anew
  expect(others / (2 * PICTURES)).toBeLessThan(0.005)
})
