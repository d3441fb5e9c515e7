import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DType, memory, ops, scope, type Tensor, tensor } from '../torch/index.js'
import { decodeSafetensors, encodeSafetensors } from './index.js'
import { entry, file } from './testing/safetensors.js'

let before: number
beforeAll(() => {
  before = memory().tensors
})
afterAll(() => expect(memory().tensors).toBe(before))

test('reads what another writer wrote: any order, an empty tensor, a scalar, metadata', () => {
  scope(() => {
    const header = {
      b: entry([], [8, 10], 'BF16'),
      __metadata__: { made: 'by hand' },
      a: entry([2, 1], [0, 8]),
      none: entry([0, 3], [0, 0], 'I64'),
      flag: entry([1], [10, 11], 'BOOL'),
    }
    const { tensors, metadata } = decodeSafetensors(
      file(header, [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0x20, 0x41, 1]),
    )
    expect(metadata).toEqual({ made: 'by hand' })
    const read = [...tensors].map(([name, one]) => [name, one.dtype, one.shape, one.toArray()])
    expect(read).toEqual([
      ['none', 'int64', [0, 3], []],
      ['a', 'float32', [2, 1], [1, -2]],
      ['b', 'bfloat16', [], [10]],
      ['flag', 'bool', [1], [1]],
    ])
  })
})

const DTYPES: DType[] = [
  'float64',
  'float32',
  'float16',
  'bfloat16',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint8',
  'bool',
]

test('every dtype comes back bit by bit, with names, shapes and metadata', () => {
  scope(() => {
    const tensors = new Map<string, Tensor>([
      ['with "quotes" and ü', tensor(1.5)],
      ['empty', ops.zeros([2, 0])],
    ])
    for (const dtype of DTYPES)
      tensors.set(
        dtype,
        tensor(
          [
            [0, 1, 1],
            [100, 2, 3],
          ],
          undefined,
          dtype,
        ),
      )
    tensors.set('channels last', ops.rand([2, 3, 2, 2]).contiguous({ memory_format: 'channels_last' }))
    const bytes = encodeSafetensors(tensors, { step: '7', note: 'ü' })
    expect((8 + new DataView(bytes.buffer).getUint32(0, true)) % 8).toBe(0)
    const read = decodeSafetensors(bytes)
    expect(read.metadata).toEqual({ step: '7', note: 'ü' })
    expect(new Set(read.tensors.keys())).toEqual(new Set(tensors.keys()))
    for (const [name, one] of tensors) {
      const other = read.tensors.get(name)
      expect([name, other?.dtype, other?.shape, other?.bytes()]).toEqual([
        name,
        one.dtype,
        one.shape,
        one.bytes(),
      ])
    }
    expect(decodeSafetensors(encodeSafetensors(new Map())).tensors.size).toBe(0)
  })
})

test('a file within a larger buffer is read from its own beginning', () => {
  scope(() => {
    const whole = encodeSafetensors(new Map([['a', tensor([1, 2])]]))
    const shifted = new Uint8Array(whole.length + 3)
    shifted.set(whole, 3)
    expect(decodeSafetensors(shifted.subarray(3)).tensors.get('a')?.toArray()).toEqual([1, 2])
  })
})
