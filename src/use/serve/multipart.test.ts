import { describe, expect, test } from 'vitest'
import { multipart } from './multipart.js'
import { Refusal } from './refusal.js'

const TYPE = 'multipart/form-data; boundary=edge'
const body = (...lines: string[]) => Buffer.from(lines.join('\r\n'), 'latin1')
const parse = (bytes: Buffer, most = 8) =>
  multipart(bytes, TYPE, most).map(({ bytes, ...names }) => ({ ...names, text: bytes.toString('latin1') }))

test('reads what a browser writes, whatever bytes are in it', async () => {
  const form = new FormData()
  const bytes = Uint8Array.from({ length: 3000 }, (_, i) => i % 256)
  form.append('pictures', new File([bytes], 'Straße "x" 日.png', { type: 'image/png' }))
  form.append('pictures', new Blob(['\r\n--edge\r\n']), 'b')
  form.append('k', '5')
  const sent = new Response(form)
  const type = sent.headers.get('content-type') as string
  const parts = multipart(Buffer.from(await sent.arrayBuffer()), type, 8)
  expect(parts.map(({ field, filename }) => [field, filename])).toEqual([
    ['pictures', 'Straße %22x%22 日.png'],
    ['pictures', 'b'],
    ['k', undefined],
  ])
  expect(parts[0]?.bytes.equals(bytes)).toBe(true)
  expect(parts.slice(1).map(({ bytes }) => bytes.toString())).toEqual(['\r\n--edge\r\n', '5'])
})

test('takes a preamble, blanks behind a boundary, an epilogue, an empty part and a part without a head', () => {
  const head = 'content-disposition: form-data; filename=a; name="f"'
  expect(
    parse(
      body(
        'hello',
        '--edge  ',
        head,
        '',
        'one',
        '--edge',
        head,
        '',
        '',
        '--edge',
        '',
        'bare',
        '--edge--',
        'bye',
      ),
    ),
  ).toEqual([
    { field: 'f', filename: 'a', text: 'one' },
    { field: 'f', filename: 'a', text: '' },
    { field: '', filename: undefined, text: 'bare' },
  ])
})

describe('refuses', () => {
  const head = 'content-disposition: form-data; name=f; filename=a'
  test.each<[string, Buffer, number]>([
    ['no boundary', body('nothing'), 400],
    ['a boundary within a line', body('--edge--extra'.slice(0, 7), '', 'x'), 400],
    ['what is cut short in a part', body('--edge', head, '', 'half'), 400],
    ['what is cut short in a head', body('--edge', head), 400],
    ['what is cut short at a boundary', body('--edge', head, '', 'x', '--edge'), 400],
    ['a head without end', body('--edge', 'x'.repeat(20_000), '', '', '--edge--'), 400],
    ['too many parts', body(...Array(9).fill(['--edge', head, '', 'x']).flat(), '--edge--'), 413],
  ])('%s', (_, bytes, status) => {
    expect(() => parse(bytes)).toThrow(expect.objectContaining({ status }))
  })

  test('a type without a boundary', () => {
    expect(() => multipart(body('x'), 'multipart/form-data', 1)).toThrow(Refusal)
  })
})

test('takes time in proportion to the bytes, whatever they are', () => {
  // delimiters that are almost there, in 16 MiB
  const almost = Buffer.alloc(16 * 2 ** 20, '\r\n--edg')
  const whole = Buffer.concat([body('--edge', 'a: b', '', ''), almost, body('', '--edge--')])
  const began = performance.now()
  expect(multipart(whole, TYPE, 8)).toHaveLength(1)
  expect(performance.now() - began).toBeLessThan(2000)
})
