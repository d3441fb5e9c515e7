import { expect, test } from 'vitest'
import { printable, printableIn, printableLines } from './printable.js'

test.each([
  ['a\u001b[2Jb', 'a\\u001b[2Jb'],
  ['bell\u0007, null\u0000, delete\u007f', 'bell\\u0007, null\\u0000, delete\\u007f'],
  ['two\nlines\r\tand a tab', 'two\\nlines\\r\\tand a tab'],
  // one byte that some terminals take for ESC [
  ['\u009b31m', '\\u009b31m'],
  ['photo\u202egpj.exe', 'photo\\u202egpj.exe'],
  [
    '\u2066\u2067\u2068\u2069\u202a\u202c\u2028\u2029\u200f',
    '\\u2066\\u2067\\u2068\\u2069\\u202a\\u202c\\u2028\\u2029\\u200f',
  ],
  // what people write is left alone
  ['Bücher, 猫, שלום, 👩‍👧, \\ and "', 'Bücher, 猫, שלום, 👩‍👧, \\ and "'],
])('%j is shown as %j', (text, shown) => {
  expect(printable(text)).toBe(shown)
})

test('line ends of ours stay, and JSON is that of the same value', () => {
  expect(printableLines('a\u001b\nb\r\n')).toBe('a\\u001b\nb\\r\n')
  const value = { 'k\u009b': ['\u202ex', '\u007f\n'] }
  const shown = printableLines(JSON.stringify(value))
  expect(shown).toBe(printable(shown))
  expect(JSON.parse(shown)).toEqual(value)
})

test('all texts of a value at once, and nothing else', () => {
  const pixels = new Uint8Array(2)
  const value = { 'e\u001b': [{ name: 'n\n', count: 3, pixels, no: undefined, nothing: null }] }
  const shown = printableIn(value) as unknown as Record<string, { pixels: Uint8Array }[]>
  expect(shown).toEqual({ 'e\\u001b': [{ name: 'n\\n', count: 3, pixels, no: undefined, nothing: null }] })
  expect(shown['e\\u001b']?.[0]?.pixels).toBe(pixels)
})
