import { expect, test } from 'vitest'
import { CsvReader } from './manifest-csv.js'

/** Rows of a text that comes in pieces of `size` characters. */
function read(text: string, size = text.length || 1): [string[], number][] {
  const rows: [string[], number][] = []
  const reader = new CsvReader('x.csv', (cells, line) => rows.push([cells, line]))
  for (let at = 0; at < text.length; at += size) reader.write(text.slice(at, at + size))
  reader.end()
  return rows
}

const rows = (text: string, size?: number) => read(text, size).map(([cells]) => cells)

test.each([
  ['', []],
  ['a', [['a']]],
  ['a,b\n', [['a', 'b']]],
  [
    'a,b\r\nc,d\r\n',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'a,b\rc,d',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    '\n\na,b\n\r\n\nc,\n',
    [
      ['a', 'b'],
      ['c', ''],
    ],
  ],
  [
    ',\n"",""\n',
    [
      ['', ''],
      ['', ''],
    ],
  ],
  [
    'a,"b,c"\n"d\ne","f""g"""\n',
    [
      ['a', 'b,c'],
      ['d\ne', 'f"g"'],
    ],
  ],
  ['"a","b"', [['a', 'b']]],
  ['a"b,c"d"\n', [['a"b', 'c"d"']]],
  ['"a" b,c\n', [['a b', 'c']]],
  [
    'a;b,c;d\n1;2,3;4',
    [
      ['a', 'b,c', 'd'],
      ['1', '2,3', '4'],
    ],
  ],
  [
    'a\tb\n1,5\t2',
    [
      ['a', 'b'],
      ['1,5', '2'],
    ],
  ],
  [
    '"x,y,z";b\n1;2',
    [
      ['x,y,z', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'é,漢\n😀,"ü\r\n"',
    [
      ['é', '漢'],
      ['😀', 'ü\r\n'],
    ],
  ],
])('%j', (text, expected) => {
  for (const size of [1, 2, 3, 1000]) expect(rows(text, size)).toEqual(expected)
})

test('tells the line that a row begins on', () => {
  const text = 'a,b\r\n\r\n"x\r\ny",2\n3,"4\n\n"\r5,6'
  for (const size of [1, 2, 1000]) expect(read(text, size).map(([, line]) => line)).toEqual([1, 3, 5, 8])
})

test('stops at a quote that is never closed', () => {
  expect(() => read('a,b\n1,2\n3,"4\n5,6\n')).toThrow(
    "line 3 of 'x.csv' opens a quote that is never closed; close it",
  )
  const endless = `a,b\n1,"${'x'.repeat(2 ** 20)}`
  expect(() => read(endless, 4096)).toThrow(
    "line 2 of 'x.csv' begins a row of more than a million characters",
  )
  expect(() => read('x'.repeat(2 ** 20 + 1))).toThrow("line 1 of 'x.csv' begins a row of more than a million")
})
