import { afterAll, beforeAll, expect, test } from 'vitest'
import { SelfsameError } from '../errors.js'
import { memory, ops, scope, tensor } from '../torch/index.js'
import { decodeSafetensors, encodeSafetensors } from './index.js'
import { entry, file } from './testing/safetensors.js'

let before: number
beforeAll(() => {
  before = memory().tensors
})
afterAll(() => expect(memory().tensors).toBe(before))

const HUGE = Number.MAX_SAFE_INTEGER
test.each<[string, Uint8Array, RegExp]>([
  ['nothing', new Uint8Array(0), /only 0 bytes/],
  [
    'a header longer than the file',
    Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 127, 123),
    /header would take 9223372036854775807 bytes/,
  ],
  ['no JSON', file('{"a":'), /header is not JSON/],
  ['a list', file('[1]'), /header is not an object/],
  ['metadata that are no strings', file({ __metadata__: { a: 1 } }), /metadata/],
  ['metadata that are a list', file({ __metadata__: ['a'] }), /metadata/],
  ['no entry', file({ a: null }), /unknown dtype/],
  ['an unknown dtype', file({ a: entry([1], [0, 4], 'F8_E4M3') }, [0, 0, 0, 0]), /unknown dtype 'F8_E4M3'/],
  ['a negative size', file({ a: entry([-1, -1], [0, 4]) }, [0, 0, 0, 0]), /no proper shape/],
  ['a size that is no number', file({ a: entry(['1'], [0, 4]) }, [0, 0, 0, 0]), /no proper shape/],
  ['offsets beyond the end', file({ a: entry([2], [0, 8]) }, [0, 0, 0, 0]), /outside of the file/],
  ['offsets the wrong way', file({ a: entry([0], [4, 0]) }, [0, 0, 0, 0]), /outside of the file/],
  ['too few bytes', file({ a: entry([2], [0, 4]) }, [0, 0, 0, 0]), /needs 8 bytes, its offsets span 4/],
  ['a hole', file({ a: entry([1], [1, 5]) }, [0, 0, 0, 0, 0]), /begin at 1 instead of 0/],
  [
    'overlaps',
    file({ a: entry([1], [0, 4]), b: entry([1], [2, 6]) }, [0, 0, 0, 0, 0, 0]),
    /'b' begin at 2 instead of 4/,
  ],
  [
    'bytes left over',
    file({ a: entry([1], [0, 4]) }, [0, 0, 0, 0, 0]),
    /5 bytes of elements, its header speaks of 4/,
  ],
  ['terabytes', file({ a: entry([1e12], [0, 4e12]) }), /outside of the file/],
  ['sizes whose product overflows', file({ a: entry([HUGE, HUGE, 0], [0, 0]) }), /impossible shape/],
])('refuses %s', (_, bytes, message) => {
  expect(() => decodeSafetensors(bytes)).toThrow(SelfsameError)
  expect(() => decodeSafetensors(bytes)).toThrow(message)
})

test('300 damaged files: each is read or refused in a sentence, and none takes much memory', () => {
  let state = 12345
  const below = (count: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * count)
  }
  const sound = scope(() =>
    encodeSafetensors(
      new Map([
        ['a', ops.rand([3, 4])],
        ['b', tensor([1, 2], [2], 'int64')],
      ]),
      { k: 'v' },
    ),
  )
  const text = '0123456789-e[]{}",:nulF'
  let refused = 0
  for (let i = 0; i < 300; i++) {
    const bytes = sound.slice(0, i % 3 === 0 ? below(sound.length) : sound.length)
    // into the header, mostly with letters that keep it JSON
    for (let k = i % 3; k > 0; k--)
      bytes[below(180)] = i % 2 === 0 ? below(256) : text.charCodeAt(below(text.length))
    const peak = memory().bytes
    scope(() => {
      try {
        decodeSafetensors(bytes)
      } catch (error) {
        refused++
        expect(error, String(error)).toBeInstanceOf(SelfsameError)
      }
      expect(memory().bytes).toBeLessThan(peak + 10_000)
    })
  }
  expect(refused).toBeGreaterThan(200)
})
