import { expect, test } from 'vitest'
import type { Packed } from '../images/batches.js'
import { memory } from '../torch/index.js'
import { Sameness } from './sameness.js'

type Picture = { height: number; width: number; value: (y: number, x: number) => number }

const flat = (value: number, height = 32, width = 32): Picture => ({ height, width, value: () => value })

/** Grey pictures. */
function batch(pictures: readonly Picture[], maximum = 255): Packed {
  const layout: number[] = []
  const values: number[] = []
  for (const { height, width, value } of pictures) {
    layout.push(values.length, height, width)
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) values.push(value(y, x))
  }
  const used = Int32Array.from(pictures.keys())
  const parts = [maximum > 255 ? Uint16Array.from(values) : Uint8Array.from(values)]
  return { parts, layout: Int32Array.from(layout), channels: 1, maximum, indices: used, used }
}

function alikeAfter(...batches: Packed[]): boolean {
  const before = memory().tensors
  const sameness = new Sameness()
  for (const one of batches) sameness.see(one)
  expect(memory().tensors).toBe(before)
  return sameness.alike
}

test('pictures of one colour are the same one, whatever their sizes', () => {
  for (const value of [0, 128, 255]) {
    expect(alikeAfter(batch([flat(value), flat(value), flat(value, 48, 20)]))).toBe(true)
    expect(alikeAfter(batch([flat(value)]), batch([flat(value)]))).toBe(true)
  }
  const chequered = { ...flat(0), value: (y: number, x: number) => 255 * ((y + x) & 1) }
  expect(alikeAfter(batch([chequered, chequered, chequered]))).toBe(true)
})

test.each<[string, Packed[]]>([
  ['one step of 256', [batch([flat(0), flat(1)])]],
  ['one step of 256 in the light', [batch([flat(255), flat(254)])]],
  ['a single pixel', [batch([flat(0), { ...flat(0), value: (y, x) => Number(y === 31 && x === 31) }])]],
  // a centred square would not see it
  ['the border of wide ones', [batch([flat(9, 16, 64), { ...flat(9, 16, 64), value: (_, x) => 9 + x / 8 }])]],
  ['a batch to the next', [batch([flat(0), flat(0)]), batch([flat(7), flat(7)])]],
  ['dim pictures of 16 bits', [batch([flat(3), flat(4)], 65535)]],
])('a difference in %s is one', (_, batches) => {
  expect(alikeAfter(...batches)).toBe(false)
})

test('what differed once does so for good, and before the first picture nothing is known', () => {
  expect(alikeAfter(batch([flat(0), flat(90)]), batch([flat(0), flat(0)]))).toBe(false)
  expect(alikeAfter()).toBe(false)
})
