import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { isPictureName, isWebPage, lacksEnd, sniff } from './formats.js'

const picture = (format: 'jpeg' | 'png' | 'gif' | 'webp' | 'avif' | 'tiff') =>
  sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .toFormat(format)
    .toBuffer()

test.each([
  ['a.jpg', true],
  ['A.JPEG', true],
  ['a.b.webp', true],
  ['a.bmp', true],
  ['jpg', false],
  ['.jpg', false],
  ['a.jpg.txt', false],
  ['a.', false],
])('%s by its name: %s', (name, expected) => {
  expect(isPictureName(name)).toBe(expected)
})

describe.each([
  ['jpeg', 'JPEG'],
  ['png', 'PNG'],
  ['gif', 'GIF'],
  ['webp', 'WebP'],
  ['avif', 'AVIF'],
  ['tiff', 'TIFF'],
] as const)('a %s file', (format, name) => {
  test('is known by its first bytes', async () => {
    const bytes = await picture(format)
    expect(sniff(bytes.subarray(0, 18))).toBe(name)
    expect(sniff(bytes.subarray(4, 22))).not.toBe(name)
    expect(isWebPage(bytes)).toBe(false)
  })

  const marked = format !== 'avif' && format !== 'tiff'
  test(marked ? 'is known to be cut short' : 'has no mark at its end', async () => {
    const bytes = await picture(format)
    const lacks = (part: Buffer) => lacksEnd(name, part.subarray(0, 64), part, part.length)
    expect(lacks(bytes)).toBe(false)
    expect(lacks(Buffer.concat([bytes, Buffer.from('appended')]))).toBe(false)
    expect(lacks(bytes.subarray(0, -10))).toBe(marked)
  })
})

test('a thumbnail’s end is not the picture’s', async () => {
  const whole = await picture('jpeg')
  const both = Buffer.concat([whole, whole])
  expect(lacksEnd('JPEG', both, both, both.length)).toBe(false)
  const cut = both.subarray(0, -2)
  expect(lacksEnd('JPEG', cut, cut, cut.length)).toBe(true)
})

test('a few bytes are no picture', () => {
  for (const text of ['', 'a', 'P', 'BX', 'hello, world, this is text'])
    expect(sniff(Buffer.from(text))).toBeUndefined()
})
