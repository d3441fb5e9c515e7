import { expect, test } from 'vitest'
import { expectClose, patterned } from '../../../test/golden/golden.js'
import { disposeModule, parameterCount, TRAIN } from '../../nn/index.js'
import { fillByName } from '../../nn/testing/by-name.js'
import { golden } from '../../nn/testing/encoders-golden.js'
import { memory, scope } from '../../torch/index.js'
import { createCpcEncoder } from './cpc.js'

test("patches of 8 px: the vectors of torchvision's bottlenecks in CPC's arrangement", () => {
  const before = memory().tensors
  const { shape, y, parameters } = golden.resnets.cpc
  const net = createCpcEncoder({ channels: 3, width: 1 / 32 })
  expect([net.features, parameterCount(net)]).toEqual([64, parameters])
  fillByName(net, 900)
  scope(() => expectClose(net.forward(patterned(shape, 81), TRAIN), y, 1e-3))
  disposeModule(net)
  expect(memory().tensors).toBe(before)
})
