import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DType, fromBytes, joined, memory, ops, scope, tensor } from './index.js'

let before: number
beforeAll(() => {
  before = memory().tensors
})
afterAll(() => expect(memory().tensors).toBe(before))

test('nested arrays give shape and float32; a shape or dtype may be given', () => {
  scope(() => {
    const cube = tensor([[[1, 2]], [[3, 4]], [[5, 6]]])
    expect([cube.shape, cube.dtype, cube.numel, cube.device]).toEqual([[3, 1, 2], 'float32', 6, 'cpu'])
    expect(tensor(3.5).shape).toEqual([])
    expect(tensor(3.5).item()).toBe(3.5)
    expect(tensor([]).shape).toEqual([0])
    expect(tensor([[], []]).shape).toEqual([2, 0])
    expect(tensor([1, 2, 3, 4], [2, 2]).select(0, 1).toArray()).toEqual([3, 4])
    expect(tensor([true, false], undefined, 'bool').toArray()).toEqual([1, 0])
  })
})

test('ragged arrays and shapes that hold another number are refused', () => {
  for (const ragged of [
    [[1, 2], [3]],
    [[1], [2, 3]],
    [[1], 2],
    [1, [2]],
    [[[1]], [2]],
  ]) {
    expect(() => tensor(ragged as number[][]), JSON.stringify(ragged)).toThrow(/nested arrays of equal/)
  }
  expect(() => tensor([1, 2, 3], [2, 2])).toThrow(RangeError)
  expect(() => tensor(new Float32Array(3), [4])).toThrow('float32 tensor of shape [4] needs 16 bytes, got 12')
  expect(() => fromBytes(new Uint8Array(7), [1], 'float64')).toThrow(RangeError)
  expect(() => scope(() => fromBytes(new Uint8Array(4), [-1, -1], 'float32'))).toThrow()
})

test('typed arrays keep their dtype, and views of larger buffers their part', () => {
  scope(() => {
    const arrays: [Parameters<typeof tensor>[0], DType][] = [
      [Float32Array.of(1, 2), 'float32'],
      [Float64Array.of(1, 2), 'float64'],
      [Uint8Array.of(1, 2), 'uint8'],
      [Uint8ClampedArray.of(1, 2), 'uint8'],
      [Int8Array.of(1, 2), 'int8'],
      [Int16Array.of(1, 2), 'int16'],
      [Int32Array.of(1, 2), 'int32'],
      [BigInt64Array.of(1n, 2n), 'int64'],
    ]
    for (const [array, dtype] of arrays) {
      const made = tensor(array)
      expect([made.dtype, made.shape, made.toArray()]).toEqual([dtype, [2], [1, 2]])
    }
    expect(tensor(Float32Array.of(1, 2, 3, 4).subarray(1, 3)).toArray()).toEqual([2, 3])
    expect(tensor(Int32Array.of(7), [1, 1], 'float16').dtype).toBe('float16')
  })
})

// -1.5 (1 where there is no sign or fraction) and 2, written by hand, little-endian
const TWO_ELEMENTS: Record<DType, [bytes: number[], values: number[]]> = {
  uint8: [
    [255, 2],
    [255, 2],
  ],
  int8: [
    [255, 2],
    [-1, 2],
  ],
  int16: [
    [254, 255, 2, 1],
    [-2, 258],
  ],
  int32: [
    [255, 255, 255, 255, 0, 0, 1, 0],
    [-1, 65536],
  ],
  int64: [
    [255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 1, 0, 0, 0],
    [-1, 2 ** 32],
  ],
  float16: [
    [0, 0xbe, 0, 0x40],
    [-1.5, 2],
  ],
  bfloat16: [
    [0xc0, 0xbf, 0, 0x40],
    [-1.5, 2],
  ],
  float32: [
    [0, 0, 0xc0, 0xbf, 0, 0, 0, 0x40],
    [-1.5, 2],
  ],
  float64: [
    [0, 0, 0, 0, 0, 0, 0xf8, 0xbf, 0, 0, 0, 0, 0, 0, 0, 0x40],
    [-1.5, 2],
  ],
  bool: [
    [1, 0],
    [1, 0],
  ],
}

test.each(Object.entries(TWO_ELEMENTS))('%s: bytes in, values, bytes out', (dtype, [bytes, values]) => {
  scope(() => {
    const made = fromBytes(Uint8Array.from(bytes), [2], dtype as DType)
    expect(made.dtype).toBe(dtype)
    expect(made.toArray()).toEqual(values)
    expect([...made.bytes()]).toEqual(bytes)
    expect(tensor(values, undefined, dtype as DType).toArray()).toEqual(values)
  })
})

test('bytes and arrays are copies, in row-major order whatever the layout', () => {
  scope(() => {
    const source = Float32Array.of(1, 2, 3, 4, 5, 6)
    const made = tensor(source, [2, 3])
    source[0] = 99
    made.toFloat32()[1] = 99
    made.bytes().fill(0)
    expect(made.toArray()).toEqual([1, 2, 3, 4, 5, 6])
    expect(made.t().toArray()).toEqual([1, 4, 2, 5, 3, 6])
    expect(made.narrow(1, 1, 2).toArray()).toEqual([2, 3, 5, 6])
    const picture = ops.arange(12).to('float32').reshape([1, 3, 2, 2])
    expect(picture.contiguous({ memory_format: 'channels_last' }).toArray()).toEqual(picture.toArray())
  })
})

test('conversion: the same tensor for the same dtype, rounding and unknown dtypes', () => {
  scope(() => {
    const x = tensor([1.9, -1.9, 257])
    expect(x.to('float32')).toBe(x)
    expect(x.toDtype('float32')).not.toBe(x)
    expect(x.to('int32').toArray()).toEqual([1, -1, 257])
    expect(x.to('bfloat16').toArray()[2]).toBe(256)
    expect(() => x.to('float' as DType)).toThrow(/expected a dtype \(.*bfloat16.*\), got 'float'/)
    expect(() => x.item()).toThrow('one element, got 3')
  })
})

test('parts of memory joined to one tensor of bytes', () => {
  const before = memory().tensors
  scope(() => {
    const view = Uint8Array.of(9, 1, 2, 9).subarray(1, 3)
    const all = joined([view, new Uint8Array(0), Uint16Array.of(0x0403)])
    expect(all.dtype).toBe('uint8')
    expect(all.toArray()).toEqual([1, 2, 3, 4])
    expect(joined([]).shape).toEqual([0])
  })
  expect(memory().tensors).toBe(before)
})

test('values come back as they are, also those that float32 cannot hold', () => {
  scope(() => {
    const third = tensor(Float64Array.of(1 / 3), undefined, 'float64')
    expect(third.toArray()).toEqual([1 / 3])
    expect(
      third
        .to('int64')
        .add(2 ** 40 + 1)
        .toArray(),
    ).toEqual([2 ** 40 + 1])
    expect(third.to('float32').toArray()).toEqual([Math.fround(1 / 3)])
  })
})
