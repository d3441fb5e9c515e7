import { afterAll, beforeAll, expect, test } from 'vitest'
import { SelfsameError } from '../errors.js'
import { memory, ops, scope, type Tensor, tensor } from '../torch/index.js'
import { encodeSafetensors, loadSafetensors, type Ranges, safetensorsPieces } from './index.js'

const MOST = 2 ** 16

let before: number
beforeAll(() => {
  before = memory().tensors
})
afterAll(() => expect(memory().tensors).toBe(before))

/** Of every kind: much larger than a piece, rows larger than it, other orders in memory, nothing. */
const made = () =>
  new Map<string, Tensor>([
    ['wide', ops.rand([3, 100_000])],
    ['long', ops.rand([200_001], { dtype: 'float64' })],
    ['scalar', tensor(3)],
    ['empty', ops.zeros([0, 4])],
    ['channels last', ops.rand([7, 64, 20, 20]).contiguous({ memory_format: 'channels_last' })],
    ['transposed', ops.rand([300, 200]).t()],
    ['small', tensor([1, 2], [2], 'int64')],
    ['bytes', ops.ones([MOST + 1], { dtype: 'uint8' })],
  ])

/** A file in memory that notes the longest read. */
function ranged(bytes: Uint8Array): Ranges & { longest: number } {
  return {
    size: bytes.length,
    longest: 0,
    read(position, into) {
      this.longest = Math.max(this.longest, into.length)
      into.set(bytes.subarray(position, position + into.length))
    },
  }
}

test('pieces of 64 KiB at most are the same file, without a copy of what they are read off', () => {
  scope(() => {
    const tensors = made()
    const live = memory()
    const pieces: Uint8Array[] = []
    let most = 0
    for (const piece of safetensorsPieces(tensors, { step: '7' }, MOST)) {
      pieces.push(piece)
      most = Math.max(most, memory().bytes)
    }
    const [, ...elements] = pieces
    expect(Math.max(...elements.map(({ length }) => length))).toBe(MOST)
    expect(Buffer.concat(pieces).equals(encodeSafetensors(tensors, { step: '7' }))).toBe(true)
    expect(most).toBe(live.bytes)
    expect(memory().tensors).toBe(live.tensors)
  })
})

test('read by ranges of 64 KiB at most into the tensors that are there', () => {
  scope(() => {
    const tensors = made()
    const into = made()
    into.get('wide')?.setRequiresGrad()
    const file = ranged(encodeSafetensors(tensors))
    loadSafetensors(into, file, MOST)
    expect(file.longest).toBe(MOST)
    for (const [name, one] of tensors) expect(into.get(name)?.equal(one), name).toBe(true)
    expect(into.get('wide')?.requiresGrad).toBe(true)
    expect(into.get('channels last')?.stride(1)).toBe(1)
  })
})

test.each<[string, (tensors: Map<string, Tensor>) => void, RegExp]>([
  [
    'another dtype under a right name',
    (tensors) => tensors.set('a', ops.zeros([2], { dtype: 'int32' })),
    /'a' are int32\[2\], this network needs float32\[2\]/,
  ],
  ['another shape', (tensors) => tensors.set('a', ops.zeros([3])), /'a' are float32\[3\]/],
  ['one that is missing', (tensors) => tensors.delete('a'), /lack 'a'/],
  ['one too many', (tensors) => tensors.set('c', ops.zeros([1])), /hold 'c'/],
])('%s is refused, and nothing is changed', (_, spoil, message) => {
  scope(() => {
    const tensors = new Map([
      ['b', ops.ones([2])],
      ['a', ops.ones([2])],
    ])
    const into = new Map([
      ['b', ops.zeros([2])],
      ['a', ops.zeros([2])],
    ])
    spoil(tensors)
    const load = () => loadSafetensors(into, ranged(encodeSafetensors(tensors)))
    expect(load).toThrow(SelfsameError)
    expect(load).toThrow(message)
    for (const one of into.values()) expect(one.toArray()).toEqual([0, 0])
  })
})
