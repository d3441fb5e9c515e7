import { expect, test } from 'vitest'
import { PictureError } from '../picture.js'
import { decode, readHeader } from './decode.js'

const file = (text: string, ...bytes: number[]) => Buffer.concat([Buffer.from(text), Buffer.from(bytes)])

test.each<[string, Buffer, number[]]>([
  ['P1', file('P1\n# two rows\n3 2\n101\n0 1 0\n'), [0, 255, 0, 255, 0, 255]],
  ['P2', file('P2 3 2 10 0 5 10 1 2 3'), [0, 128, 255, 26, 51, 77]],
  ['P4', file('P4 3 2 ', 0b10100000, 0b01000000), [0, 255, 0, 255, 0, 255]],
  ['P5', file('P5\n3 2\n255\n', 1, 2, 3, 4, 5, 6), [1, 2, 3, 4, 5, 6]],
  [
    'P5 of 16 bits',
    file('P5 3 2 1000\n', 0, 0, 1, 244, 3, 232, 0, 100, 0, 4, 255, 255),
    [0, 128, 255, 26, 1, 255],
  ],
])('%s is read as grey', async (_, bytes, grey) => {
  expect(await readHeader(bytes)).toMatchObject({ width: 3, height: 2, channels: 1, format: 'PNM' })
  expect([...(await decode(bytes, { channels: 1 })).data]).toEqual(grey)
})

test.each([
  ['P3', file('P3 # text\n1 2 255\n1 2 3\n4 5 6\n')],
  ['P6', file('P6 1 2 255 ', 1, 2, 3, 4, 5, 6)],
])('%s is read as colour', async (_, bytes) => {
  expect(await readHeader(bytes)).toMatchObject({ width: 1, height: 2, channels: 3, maximum: 255 })
  expect([...(await decode(bytes)).data]).toEqual([1, 2, 3, 4, 5, 6])
})

test('values of 16 bits stay as they are in a set of 16 bits', async () => {
  const bytes = file('P5 2 1 4095 ', 0x0f, 0xff, 0x01, 0x02)
  expect((await readHeader(bytes)).maximum).toBe(65_535)
  expect((await decode(bytes, { channels: 1, maximum: 4095 })).data).toEqual(Uint16Array.of(4095, 258))
})

test.each([
  ['P5 3 2 255 abcde', 'the file is cut short'],
  ['P2 3 2 255 1 2 3 4 5', 'the file is cut short'],
  ['P3 1 2 255 1 2 3 4        5 ', 'the file is cut short'],
  ['P5 90000 90000 255 a', 'it claims more than 100 megapixels'],
  ['P5 3 0 255 abcdef', 'its PNM header is damaged'],
  ['P5 3 2 0 abcdef', 'its PNM header is damaged'],
  ['P5 3 2 99999 abcdef', 'its PNM header is damaged'],
  ['P6 3', 'its PNM header is damaged'],
  ['P7\nWIDTH 3', 'it is in PAM format, which is not read'],
])('%j is set aside', async (text, reason) => {
  const error = await decode(Buffer.from(text)).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(PictureError)
  expect((error as PictureError).reason).toBe(reason)
})
