import { expect, test } from 'vitest'
import type { Source } from '../images/index.js'
import { memory, ops, scope, type Tensor, tensor } from '../torch/index.js'
import { blankIn } from './blank.js'
import type { Parts, Side } from './sides.js'

/** Three pictures of two channels with four values each. */
const of = (pixels: Tensor, labelled = false) => {
  const side = { features: new Map([['pixels', pixels]]), source: { channels: 2 } as Source }
  return blankIn(
    { ...side, used: new Int32Array(pixels.shape[0] as number) } as unknown as Side,
    { labelled } as Parts,
  )
}

test('pictures of one colour each are blank where colours tell no classes, one picture over and over always', () => {
  const before = memory().tensors
  scope(() => {
    const colours = tensor([0.1, 0.9, 0.2, 0.2, 0.5, 0], [3, 2, 1]).expand([3, 2, 4]).flatten(1)
    expect([of(colours), of(colours, true)]).toEqual(['flat', undefined])
    const same = colours.narrow(0, 0, 1).expand([3, 8])
    expect([of(same), of(same, true), of(same.narrow(0, 0, 1))]).toEqual(['same', 'same', undefined])
    const spot = colours.clone()
    spot.narrow(0, 1, 1).narrow(1, 2, 1).fill_(0.21)
    expect(of(spot)).toBeUndefined()
    expect(of(ops.zeros([3, 8]))).toBe('same')
  })
  expect(memory().tensors).toBe(before)
})
