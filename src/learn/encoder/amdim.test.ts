import { expect, test } from 'vitest'
import { expectClose, patterned } from '../../../test/golden/golden.js'
import { UsageError } from '../../errors.js'
import { disposeModule, EVAL, TRAIN } from '../../nn/index.js'
import { fillByName } from '../../nn/testing/by-name.js'
import { golden } from '../../nn/testing/encoders-golden.js'
import { memory, noGrad, ops, scope, type Tensor } from '../../torch/index.js'
import { Amdim } from './amdim.js'

test.each<[number, (typeof golden.amdim)[number]]>(
  golden.amdim.map((one: { size: number }) => [one.size, one]),
)('views of %i px: three maps as in PyTorch', (size, { batch, shapes, seven, five, one, ...options }) => {
  const before = memory().tensors
  const net = new Amdim({ channels: 3, ...options })
  expect(net.features).toBe(options.rkhs)
  fillByName(net, 950)
  scope(() => {
    const maps = net.maps(patterned([batch, 3, size, size], 83), TRAIN)
    expect(maps.map(({ shape }) => shape)).toEqual(shapes)
    expect(maps.map(({ shape }) => shape[1])).toEqual(net.mapChannels)
    const [first, second, last] = maps as [Tensor, Tensor, Tensor]
    const place = (map: Tensor, y: number, x: number) => map.select(0, 0).select(1, y).select(1, x)
    expectClose(place(first, 3, 3), seven, 1e-4)
    expectClose(place(second, 1, 2), five, 1e-4)
    expectClose(net.pool(last), one, 1e-3)
  })
  disposeModule(net)
  expect(memory().tensors).toBe(before)
})

test.each([
  [32, [100, 100, 100]],
  [64, [120, 120, 120]],
  [128, [200, 200, 200]],
])('the published sizes for %i px, scaled by the width', (size, mapChannels) => {
  const net = new Amdim({ channels: 1, size, width: 0.078 })
  expect(net.mapChannels).toEqual(mapChannels)
  scope(() => {
    const shapes = net.maps(ops.rand([2, 1, size, size]), TRAIN).map(({ shape }) => shape.slice(2))
    expect(shapes).toEqual([
      [7, 7],
      [5, 5],
      [1, 1],
    ])
  })
  disposeModule(net)
})

test('it starts as averages of pixels: no residual branch gives anything yet', () => {
  const net = new Amdim({ channels: 3, size: 32, ndf: 4, depth: 2, norm: 'none' })
  scope(() =>
    noGrad(() => {
      const [seven, five] = net.maps(ops.rand([2, 3, 32, 32]), EVAL) as [Tensor, Tensor]
      expectClose(five, ops.avg_pool2d(seven, 3, { stride: 1 }).toArray(), 1e-5)
      // the channels that a stage adds begin as zeros
      expect(seven.narrow(1, 4, 12).abs().max().item()).toBe(0)
    }),
  )
  disposeModule(net)
})

test('other sizes are refused with those that exist', () => {
  const make = () => new Amdim({ channels: 3, size: 28 })
  expect(make).toThrow(UsageError)
  expect(make).toThrow("the encoder 'amdim' takes views of 32, 64, 128 px, got 28: choose one of these sizes")
})
