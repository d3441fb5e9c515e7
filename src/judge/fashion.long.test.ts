import { expect, test } from 'vitest'
import { knn, linearProbe } from './index.js'
import { fashion, hasFashion } from './testing/banks.js'

// what others measured: 20-NN 0.846, linear 0.840
test.skipIf(!hasFashion)('raw Fashion-MNIST pixels reach the known figures with all labels', () => {
  const [train, queries] = [fashion('train'), fashion('t10k')]
  expect(knn(train, queries).mean).toBeCloseTo(0.846, 2)
  const linear = linearProbe(train, queries).mean
  expect(linear).toBeGreaterThan(0.84)
  expect(linear).toBeLessThan(0.855)
})
