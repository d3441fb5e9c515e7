import { expect, test } from 'vitest'
import { frequencies } from './frequencies.js'
import { detail, type Plane, resized, TURNS, turned } from './plane.js'

const plane = (width: number, ...values: number[]): Plane => ({
  values: Float32Array.from(values),
  width,
  height: values.length / width,
})
const rows = ({ values, width }: Plane) =>
  Array.from({ length: values.length / width }, (_, y) =>
    [...values.slice(y * width, (y + 1) * width)].join(''),
  )

test('the eight turns are those of a sheet of paper', () => {
  // 123
  // 456
  const sheet = plane(3, 1, 2, 3, 4, 5, 6)
  expect(Array.from({ length: TURNS }, (_, turn) => rows(turned(sheet, turn)).join(' '))).toEqual([
    '123 456',
    '41 52 63',
    '654 321',
    '36 25 14',
    '321 654',
    '63 52 41',
    '456 123',
    '14 25 36',
  ])
})

test('a coarser grid has the means of its areas, whole or in parts', () => {
  expect(rows(resized(plane(4, 1, 3, 5, 7), 2, 1))).toEqual(['26'])
  // 3 to 2: (1 + ½ · 4) / 1.5 and (½ · 4 + 7) / 1.5
  expect([...resized(plane(3, 1, 4, 7), 2, 1).values]).toEqual([expect.closeTo(2, 5), expect.closeTo(6, 5)])
})

test('detail is what is left of the mean around', () => {
  const edge = detail(plane(4, 0, 0, 8, 8), 1)
  expect([...edge.values]).toEqual([0, expect.closeTo(-8 / 3, 5), expect.closeTo(8 / 3, 5), 0])
})

test('frequencies do not change when a picture is laid down otherwise or made lighter', () => {
  const values = Float32Array.from(
    { length: 36 * 27 },
    (_, at) => 100 + 60 * Math.sin(at * 0.7) * Math.cos(at * 0.013),
  )
  const picture: Plane = { values, width: 36, height: 27 }
  const own = frequencies(picture)
  for (let turn = 1; turn < TURNS; turn++)
    // differences of roots of near to nothing are the roughest
    for (const [at, value] of frequencies(turned(picture, turn)).entries())
      expect(Math.abs(value ** 2 - (own[at] as number) ** 2)).toBeLessThan(0.05)
  const lighter = frequencies({ ...picture, values: values.map((value) => 2 * value + 30) })
  expect(lighter[0]).toBeCloseTo(Math.SQRT2 * (own[0] as number), 2)
})
