import { expect, test } from 'vitest'
import { readCsvRows } from './manifest-csv.js'

/** Rows of a text that comes in pieces of `size` characters. */
async function read(text: string, size = text.length || 1): Promise<[string[], number][]> {
  const rows: [string[], number][] = []
  const points = [...text]
  async function* pieces() {
    for (let at = 0; at < points.length; at += size) yield points.slice(at, at + size).join('')
  }
  await readCsvRows('x.csv', pieces(), (cells, line) => rows.push([cells, line]))
  return rows
}

const rows = async (text: string, size?: number) => (await read(text, size)).map(([cells]) => cells)

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
  [
    'a, b ,c\n 1,"2" , "3,4" \n5\t,\u00a06,  \n',
    [
      ['a', 'b', 'c'],
      ['1', '2', '3,4'],
      ['5', '6', ''],
    ],
  ],
  [
    'a\tb\tc\n\t 2\t"3" \n',
    [
      ['a', 'b', 'c'],
      ['', '2', '3'],
    ],
  ],
  [
    'a,b\n1,2\r\n3,4\r5,6',
    [
      ['a', 'b'],
      ['1', '2'],
      ['3', '4'],
      ['5', '6'],
    ],
  ],
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
])('%j', async (text, expected) => {
  for (const size of [1, 2, 3, 1000]) expect(await rows(text, size)).toEqual(expected)
})

test('tells the line that a row begins on', async () => {
  const text = 'a,b\r\n\r\n"x\r\ny",2\n3,"4\n\n"\r  \n5,6'
  for (const size of [1, 2, 1000])
    expect((await read(text, size)).map(([, line]) => line)).toEqual([1, 3, 5, 9])
})

test('stops at a quote that is never closed, or that something follows', async () => {
  await expect(read('a,b\n"x\r\ny",2\n\n3,"4\n5,6\n')).rejects.toThrow(
    "line 5 of 'x.csv' opens a quote that is never closed; close it",
  )
  await expect(read('a,b\n\n"6" nails,1\n')).rejects.toThrow(
    "line 3 of 'x.csv' goes on after a closing quote; double",
  )
  const endless = `a,b\n1,"${'x'.repeat(2 ** 20 + 2)}`
  await expect(read(endless, 4096)).rejects.toThrow(
    "line 2 of 'x.csv' begins a row of more than a million characters",
  )
  await expect(read('x'.repeat(2 ** 20 + 2))).rejects.toThrow(
    "line 1 of 'x.csv' begins a row of more than a million",
  )
})

test('what a row’s reader throws ends the reading with that', async () => {
  async function* text() {
    yield 'a\n1\n'
  }
  const thrown = new RangeError('enough')
  await expect(
    readCsvRows('x.csv', text(), () => {
      throw thrown
    }),
  ).rejects.toBe(thrown)
})
