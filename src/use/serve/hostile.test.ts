/** What no client of good will sends, as bytes on a socket. */
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Serving, serve } from './serve.js'
import { fakeModel, plain } from './testing/fakes.js'

let serving: Serving
let red: Buffer
beforeAll(async () => {
  // a server has no libtorch, and loading it takes longer than slow clients are given here
  vi.stubEnv('SELFSAME_JPEG', 'sharp')
  const limits = { headSeconds: 1, requestSeconds: 2, bodyBytes: 10_000, heldBytes: 12_000, connections: 50 }
  serving = await serve({ model: fakeModel(), port: 0, limits })
  red = await plain(255, 0, 0)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await serving.stop()
})

/** Sends pieces with pauses and reads one answer, or until the server closes where it says that it will. */
function send(
  pieces: readonly (string | Buffer)[],
  pause = 0,
  answers = 1,
): Promise<{ text: string; closed: boolean }> {
  return new Promise((resolve) => {
    const socket = connect(serving.port, '127.0.0.1')
    let text = ''
    const end = (closed: boolean) => {
      clearTimeout(patience)
      socket.destroy()
      resolve({ text, closed })
    }
    const patience = setTimeout(() => end(false), 20_000)
    socket.on('data', (data) => {
      text += data.toString('latin1')
      // all answers here have a length
      const [head = '', body = ''] = text.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '').split('\r\n\r\n')
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1])
      if (answers === 1 && body.length >= length && !/connection: close/i.test(head)) end(false)
    })
    socket.on('error', () => {})
    socket.on('close', () => end(true))
    void (async () => {
      for (const piece of pieces) {
        if (socket.destroyed) return
        socket.write(piece)
        if (pause > 0) await new Promise((later) => setTimeout(later, pause))
      }
    })()
  })
}
const HOST = 'host: localhost\r\n'
const POST = `POST /v1/vector HTTP/1.1\r\n${HOST}`
const sound = async () => {
  const { text } = await send([`${POST}content-length: ${red.length}\r\n\r\n`, red])
  expect(text).toMatch(/^HTTP\/1\.1 200 /)
}
const statusOf = (text: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1])

describe('is answered rightly, and the server goes on', () => {
  test.each<[string, string, number]>([
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', 400],
    ['a head that is too long', `GET /health HTTP/1.1\r\n${HOST}x: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
    ['two lengths', `${POST}content-length: 5\r\ncontent-length: 6\r\n\r\nhello`, 400],
    ['a length and chunks', `${POST}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
    ['a length that is none', `${POST}content-length: -5\r\n\r\n`, 400],
    ['damaged chunks', `${POST}transfer-encoding: chunked\r\n\r\nzz\r\n`, 400],
    ['no host', 'GET /health HTTP/1.1\r\n\r\n', 400],
    ['another host', 'GET /health HTTP/1.1\r\nhost: evil.example\r\n\r\n', 403],
    ['a path that is none', `GET nowhere HTTP/1.1\r\n${HOST}\r\n`, 400],
    ['a path upwards', `GET /../../etc/passwd HTTP/1.1\r\n${HOST}\r\n`, 404],
    ['a row with an escape', `GET /v1/rows/%00/thumbnail HTTP/1.1\r\n${HOST}\r\n`, 404],
    ['a body of any claimed size', `${POST}content-length: 999999999999\r\n\r\n`, 413],
    [
      'a body of any claimed size, announced',
      `${POST}content-length: 999999\r\nexpect: 100-continue\r\n\r\n`,
      413,
    ],
    [
      'chunks without end',
      `${POST}transfer-encoding: chunked\r\n\r\n${'1000\r\n'.concat('x'.repeat(4096), '\r\n').repeat(4)}`,
      413,
    ],
    ['a method that is none', `BREW /v1/vector HTTP/1.1\r\n${HOST}\r\n`, 400],
  ])('%s', async (_, text, status) => {
    const answer = await send([Buffer.from(text, 'latin1')])
    expect(statusOf(answer.text)).toBe(status)
    const [, body = ''] = answer.text.split('\r\n\r\n')
    if (status !== 400 || body !== '') expect(Object.keys(JSON.parse(body))).toEqual(['error'])
    await sound()
  })
})

test('a body is sent when it is asked for', async () => {
  const head = `${POST}content-length: ${red.length}\r\nexpect: 100-continue\r\n\r\n`
  const { text } = await send([head, red], 100)
  expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /)
})

test('requests one behind the other on a connection are answered in their order', async () => {
  const one = Buffer.concat([Buffer.from(`${POST}content-length: ${red.length}\r\n\r\n`), red])
  const last = `GET /health HTTP/1.1\r\n${HOST}connection: close\r\n\r\n`
  const { text } = await send([Buffer.concat([one, one, Buffer.from(last)])], 0, 3)
  expect(text.match(/HTTP\/1\.1 200 /g)).toHaveLength(3)
  expect(text.trim().endsWith('{"live":true,"ready":true}')).toBe(true)
})

describe('who is too slow is told, and holds nothing', () => {
  test.each<[string, string[]]>([
    ['in the head', [`GET /health HTTP/1.1\r\n`, ...Array<string>(30).fill('x: y\r\n')]],
    ['in the body', [`${POST}content-length: 1000\r\n\r\n`, ...Array<string>(30).fill('x')]],
  ])('%s', async (_, pieces) => {
    const many = Array.from({ length: 20 }, () => send(pieces, 100))
    await sound()
    for (const { text, closed } of await Promise.all(many)) {
      expect([statusOf(text), closed]).toEqual([408, true])
    }
    await sound()
  })
})

test('who sends nothing at all is let go', async () => {
  const { closed } = await send([])
  expect(closed).toBe(true)
})

test('bodies that are held together are bounded, by what has come of them', async () => {
  const half = [`${POST}content-length: 9000\r\n\r\n`, Buffer.alloc(7000)]
  const [first, second] = await Promise.all([send(half, 50), send(half, 50)])
  expect([first, second].map(({ text }) => statusOf(text)).sort()).toEqual([408, 503])
  await sound()
})

test('more connections than are taken are closed, and the others are served', async () => {
  const idle = Array.from({ length: 60 }, () =>
    connect(serving.port, '127.0.0.1')
      .resume()
      .on('error', () => {}),
  )
  const closed = await Promise.all(
    idle.map(
      (socket) => new Promise<number>((resolve) => socket.on('close', () => resolve(performance.now()))),
    ),
  )
  expect(closed).toHaveLength(60)
  await sound()
})
