/** The steps of every method, of which device.test.ts takes one for each way through a step. */
import { afterEach, beforeAll, test } from 'vitest'
import { METHODS } from '../../src/learn/methods/index.js'
import { useDevice } from '../../src/torch/index.js'
import { expectSameSteps, prepareDevice } from './story.js'

beforeAll(prepareDevice, 300_000)
afterEach(() => useDevice('cpu'))

test.each(Object.keys(METHODS))(
  '%s takes the same steps on the other device as on the CPU, recorded or not',
  expectSameSteps,
)
