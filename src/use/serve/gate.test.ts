import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { temporary } from '../../images/testing/made.js'
import { checkGate, originHeaders } from './gate.js'
import { logLine } from './log.js'
import { readToken } from './token.js'

const none = { allowHosts: [], allowOrigins: [] }
const status = (headers: Record<string, string>, options: Partial<Parameters<typeof checkGate>[1]> = {}) => {
  try {
    checkGate(headers, { ...none, ...options })
    return 200
  } catch (error) {
    return (error as { status: number }).status
  }
}

describe('without a token', () => {
  test.each([
    ['localhost:8765', 200],
    ['LOCALHOST', 200],
    ['127.0.0.1:1', 200],
    ['[::1]:8765', 200],
    // a name of theirs that was made to point here
    ['evil.example:8765', 403],
    ['localhost.evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['', 403],
    ['\u001b[2J', 403],
  ])('a request addressed to %j: %i', (host, expected) => {
    expect(status({ host })).toBe(expected)
  })

  test('other names may be allowed', () => {
    expect(status({ host: 'pictures.local:80' }, { allowHosts: ['pictures.local'] })).toBe(200)
  })

  test.each([
    ['https://evil.example', 403],
    ['null', 403],
    ['http://localhost:9999', 403],
    // a page of our own
    ['http://localhost:8765', 200],
  ])('a web page of %s: %i', (origin, expected) => {
    expect(status({ host: 'localhost:8765', origin })).toBe(expected)
  })

  test('a web page that is allowed may ask and read', () => {
    const allowOrigins = ['https://mine.example']
    const headers = { host: 'localhost', origin: 'https://mine.example' }
    expect(status(headers, { allowOrigins })).toBe(200)
    expect(originHeaders('https://mine.example', { allowOrigins })).toMatchObject({
      'access-control-allow-origin': 'https://mine.example',
      vary: 'Origin',
    })
    expect(originHeaders('https://evil.example', { allowOrigins })).toEqual({ vary: 'Origin' })
    expect(originHeaders('https://evil.example', none)).toEqual({
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(status({ host: 'localhost', origin: 'https://any.example' }, { allowOrigins: ['*'] })).toBe(200)
  })
})

test('with a token that is all it takes, and nothing less', () => {
  const token = 'correct-horse-battery'
  const host = 'pictures.example'
  expect(status({ host, authorization: `Bearer ${token}` }, { token })).toBe(200)
  expect(status({ host, authorization: `bearer  ${token} ` }, { token })).toBe(200)
  for (const wrong of [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    `Basic ${token}`,
    `Bearer ${token}x`,
    `Bearer ${token.slice(1)}`,
    token,
  ])
    expect(status({ host, ...(wrong !== undefined && { authorization: wrong }) }, { token })).toBe(401)
})

describe('the token', () => {
  const folder = temporary()
  afterAll(() => folder[Symbol.dispose]())
  afterEach(() => {
    delete process.env.SELFSAME_TOKEN
  })
  const file = (text: string) => {
    const path = join(folder.path, 'token')
    writeFileSync(path, text)
    return path
  }

  test('comes from a file or the environment', async () => {
    expect(await readToken()).toBeUndefined()
    process.env.SELFSAME_TOKEN = '0123456789abcdef'
    expect(await readToken()).toBe('0123456789abcdef')
    expect(await readToken(file('fedcba9876543210\n'))).toBe('fedcba9876543210')
  })

  test('is refused when short, in several words, or in a file that is none, and is never told', async () => {
    process.env.SELFSAME_TOKEN = 'geheim'
    const error = await readToken().catch((caught: Error) => caught.message)
    expect(error).toMatch(/at least 16 .* in SELFSAME_TOKEN/)
    expect(error).not.toContain('geheim')
    await expect(readToken(file('two words that are long enough'))).rejects.toThrow('without blanks')
    await expect(readToken(file('x'.repeat(5000)))).rejects.toThrow('too long')
    await expect(readToken(join(folder.path, 'none'))).rejects.toThrow(/ENOENT.*`tokenFile`/)
  })
})

test('a line of the log does nothing to a terminal and ends where it should', () => {
  const logged = {
    method: 'POST',
    path: `/\u001b[2J\n${'x'.repeat(500)}`,
    status: 404,
    milliseconds: 1.234,
    bytes: 5,
    pictures: 1,
    from: '::1',
  }
  const now = new Date('2026-01-02T03:04:05Z')
  const text = logLine(logged, 'text', now)
  expect(text).toMatch(
    /^2026-01-02T03:04:05.000Z ::1 POST \/\\u001b\[2J\\nx+ 404 1.2 ms, 5 bytes, 1 picture$/,
  )
  expect(text.length).toBeLessThan(300)
  expect(JSON.parse(logLine(logged, 'json', now))).toMatchObject({
    status: 404,
    milliseconds: 1.2,
    pictures: 1,
  })
})
