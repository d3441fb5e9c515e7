import { afterEach, expect, test } from 'vitest'
import { tensor } from './create.js'
import {
  type PatchDictionary,
  patchCodes,
  patchCodesPlain,
  patchScatter,
  patchScatterPlain,
} from './kernels.js'
import { ops } from './ops.js'
import { scope } from './scope.js'
import { manualSeed, memory, setThreads, threads } from './system.js'
import type { Tensor } from './tensor.js'

const usual = threads()
afterEach(() => setThreads(usual))

/** Values of few digits, so that no cosine lies within rounding of the threshold. */
function whole(shape: number[]): Tensor {
  return ops.randint(9, shape).sub(4).to('float32')
}

function dictionary(channels: number, atoms: number, patch: number, stride: number): PatchDictionary {
  return {
    filters: whole([atoms, channels, patch, patch]),
    bias: whole([atoms]),
    norms: whole([5, channels, patch, patch]),
    normBias: whole([5]),
    threshold: tensor([0.3333], []),
    stride,
  }
}

// fewer atoms than a panel, more than one, a stride, a picture that is not square, cells that share a border
test.each([
  [3, 7, 3, 1, 8, 8, 2],
  [1, 70, 6, 1, 32, 32, 5],
  [2, 33, 4, 2, 15, 18, 4],
  [3, 16, 5, 3, 20, 9, 1],
])(
  'codes of %i channels by %i patches of %i px, stride %i, at %i × %i in a grid of %i are those of plain operators',
  (channels, atoms, patch, stride, height, width, side) => {
    const before = memory().tensors
    scope(() => {
      manualSeed(1)
      const known = dictionary(channels, atoms, patch, stride)
      const x = whole([5, channels, height, width])
      const codes = patchCodes(x, known, side)
      const plain = patchCodesPlain(x, known, side)
      expect(codes.shape).toEqual([5, atoms, side, side])
      expect(plain.sum().item()).toBeGreaterThan(0)
      expect(codes.sub(plain).abs().max().item()).toBeLessThan(1e-6)
      const down = Math.floor((height - patch) / stride) + 1
      const across = Math.floor((width - patch) / stride) + 1
      const places = ops.randint(down * across, [5, 6]).to('int64')
      const [own, other] = [0, 0].map(() => ops.zeros([atoms, atoms], { dtype: 'int32' })) as [Tensor, Tensor]
      for (const count of [1, 2, 3]) {
        setThreads(count)
        own.zero_()
        const sums = patchScatter(x, known, places, own)
        other.zero_()
        expect(sums.toArray()).toEqual(patchScatterPlain(x, known, places, other).toArray())
        expect(own.toArray()).toEqual(other.toArray())
        expect(patchCodes(x, known, side).toArray()).toEqual(codes.toArray())
      }
    })
    expect(memory().tensors).toBe(before)
  },
)

test('a patch without any contrast is like nothing', () => {
  scope(() => {
    const known = { ...dictionary(1, 4, 3, 1), bias: ops.zeros([4]), normBias: ops.zeros([5]) }
    expect(
      patchCodes(ops.zeros([1, 1, 6, 6]), known, 2)
        .sum()
        .item(),
    ).toBe(0)
  })
})

test('what does not fit is refused', () => {
  scope(() => {
    const known = dictionary(3, 4, 3, 1)
    const second = ops.zeros([4, 4], { dtype: 'int32' })
    expect(() => patchCodes(ops.zeros([1, 2, 8, 8]), known, 2)).toThrow("filters of the pictures' channels")
    expect(() => patchCodes(ops.zeros([1, 3, 2, 8]), known, 1)).toThrow('at least a patch')
    expect(() => patchCodes(ops.zeros([1, 3, 8, 8]), known, 7)).toThrow('a grid of at most the places')
    const beyond = tensor([36], [1, 1], 'int64')
    expect(() => patchScatter(ops.zeros([1, 3, 8, 8]), known, beyond, second)).toThrow('places from 0 to 35')
    expect(() => patchScatter(ops.zeros([1, 3, 8, 8]), known, beyond, ops.zeros([4, 4]))).toThrow(
      'int32 [K, K]',
    )
  })
})
