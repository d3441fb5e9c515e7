import { expect, test } from 'vitest'
import { fewLabels } from './index.js'
import { fashion, hasFashion } from './testing/banks.js'

// what others measured on raw pixels: 20-NN 0.846, linear 0.840, 10 labels a class 0.705
test.skipIf(!hasFashion)('raw Fashion-MNIST pixels reach the known figure with 10 labels a class', () => {
  const score = fewLabels(fashion('train'), fashion('t10k'))
  expect(Math.abs(score.mean - 0.705)).toBeLessThan(2 * score.error)
  expect(score.error).toBeLessThan(0.012)
})
