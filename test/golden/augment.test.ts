/** Every augmentation operator against PyTorch and Python's colorsys. */
import { expect, test } from 'vitest'
import { gaussianBlur } from '../../src/learn/augment/blur.js'
import { brightness, contrast, grayscale, hue, saturation, solarize } from '../../src/learn/augment/color.js'
import { memory, scope, type Tensor, tensor } from '../../src/torch/index.js'
import { cropResize } from '../../src/torch/kernels.js'
import { expectClose, golden, pattern, patterned } from './golden.js'

const CLOSE = 1e-5
const { augment } = golden

test.each<[string, (x: Tensor) => Tensor]>([
  ['brightness', (x) => brightness(x, tensor(augment.add))],
  ['contrast', (x) => contrast(x, tensor(augment.factor))],
  ['saturation', (x) => saturation(x, tensor(augment.factor))],
  ['hue', (x) => hue(x, tensor(augment.turn))],
  ['grayscale', grayscale],
  ['solarize', (x) => solarize(x, 0.5)],
  ['blur', (x) => gaussianBlur(x, augment.sigmas, augment.radius)],
])('%s', (name, operation) => {
  const before = memory().tensors
  scope(() => expectClose(operation(patterned(augment.shape, augment.salt, 0, 1)), augment[name], CLOSE))
  expect(memory().tensors).toBe(before)
})

test('crop, resize and flip', () => {
  scope(() => {
    const { salt, size, boxes, flips, result } = augment.crop
    const bytes = Uint8Array.from(pattern(2 * 20 * 26 * 3, salt, 0, 256), Math.floor)
    const layout = tensor(Int32Array.of(0, 20, 26, 20 * 26 * 3, 20, 26), [2, 3])
    const cropped = cropResize(tensor(bytes), layout, tensor(boxes), tensor(flips, [2], 'bool'), {
      channels: 3,
      size,
    })
    expectClose(cropped, result.flat(), CLOSE)
  })
})
