/** More requests than a server can hold, those that hang up, and its end. */
import { request } from 'node:http'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { type ServeOptions, type Serving, serve } from './serve.js'
import { fakeModel, gate, plain } from './testing/fakes.js'

let serving: Serving | undefined
beforeAll(() => {
  vi.stubEnv('SELFSAME_JPEG', 'sharp')
})
afterAll(() => {
  vi.unstubAllEnvs()
})
afterEach(() => serving?.stop())
const start = async (options: ServeOptions) => {
  serving = await serve({ port: 0, ...options })
  return serving
}
const post = (url: string, body: Buffer, signal?: AbortSignal) =>
  fetch(`${url}/v1/vector`, {
    method: 'POST',
    body: new Uint8Array(body),
    headers: { 'content-type': 'image/png' },
    ...(signal && { signal }),
  })
const figure = async (url: string, name: string) => {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1])
}
/** Waits until it is so. */
async function until(so: () => Promise<boolean>): Promise<void> {
  while (!(await so())) await new Promise((resolve) => setTimeout(resolve, 5))
}

test('pictures that wait are shown to the model together; beyond the queue all are refused at once', async () => {
  const { open, opened } = gate()
  const model = fakeModel(() => opened)
  const { url } = await start({ model, limits: { queue: 10, batch: 4 } })
  const red = await plain(255, 0, 0)
  const held = Array.from({ length: 10 }, () => post(url, red))
  await until(async () => (await figure(url, 'selfsame_queue_pictures')) === 9)
  expect(await figure(url, 'selfsame_pictures_held')).toBe(10)
  expect(await figure(url, 'selfsame_working_pictures')).toBe(1)
  for (let i = 0; i < 5; i++) {
    const refused = await post(url, red)
    expect(refused.status).toBe(503)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(((await refused.json()) as { error: string }).error).toMatch(
      /^the server is busy: it holds 10 of at most 10 pictures/,
    )
  }
  // what needs no place is answered all the same
  expect((await fetch(`${url}/health`)).status).toBe(200)
  open()
  expect((await Promise.all(held)).map(({ status }) => status)).toEqual(Array(10).fill(200))
  expect(model.batches).toEqual([1, 4, 4, 1])
  await until(async () => (await figure(url, 'selfsame_pictures_held')) === 0)
  expect((await post(url, red)).status).toBe(200)
})

test('who hangs up leaves the queue, and is not computed for', async () => {
  const { open, opened } = gate()
  const model = fakeModel(() => opened)
  const logged: number[] = []
  const { url } = await start({ model, limits: { queue: 10 }, log: ({ status }) => logged.push(status) })
  const red = await plain(255, 0, 0)
  const first = post(url, red)
  await until(async () => (await figure(url, 'selfsame_working_pictures')) === 1)
  const leaving = new AbortController()
  const others = Array.from({ length: 9 }, () => post(url, red, leaving.signal).catch(() => 'gone'))
  await until(async () => (await figure(url, 'selfsame_queue_pictures')) === 9)
  leaving.abort()
  expect(await Promise.all(others)).toEqual(Array(9).fill('gone'))
  await until(async () => (await figure(url, 'selfsame_pictures_held')) === 1)
  expect(await figure(url, 'selfsame_queue_pictures')).toBe(0)
  open()
  expect((await first).status).toBe(200)
  expect(model.batches).toEqual([1])
  expect(logged.filter((status) => status === 499)).toHaveLength(9)
})

test('a picture on which the model fails is refused alone, and the next are answered', async () => {
  const notes: string[] = []
  const model = fakeModel(async (values) => {
    if (values.includes(0)) throw new Error('it broke\nat somewhere')
  })
  const { url } = await start({ model, note: (sentence) => notes.push(sentence) })
  const [white, black] = [await plain(255, 255, 255), await plain(0, 0, 0)]
  const answers = await Promise.all([white, black, white, white].map((body) => post(url, body)))
  expect(answers.map(({ status }) => status)).toEqual([200, 500, 200, 200])
  expect(await answers[1]?.json()).toEqual({ error: 'the server failed at this; its log says why' })
  expect(notes).toEqual([expect.stringContaining('POST /v1/vector failed: it broke')])
  expect((await post(url, white)).status).toBe(200)
  expect(await figure(url, 'selfsame_failures_total')).toBe(1)
})

test('asked to stop, it takes no more, ends what it has, and frees the model', async () => {
  const { open, opened } = gate()
  const model = fakeModel(() => opened)
  const { url, stop } = await start({ model })
  const red = await plain(255, 0, 0)
  const first = post(url, red)
  await until(async () => (await figure(url, 'selfsame_working_pictures')) === 1)
  const stopped = stop()
  await expect(post(url, red)).rejects.toThrow()
  expect(model.closed).toBe(false)
  open()
  const answer = await first
  expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close'])
  await stopped
  expect(model.closed).toBe(true)
})

test('asked to stop, it does not wait for ever for a client that sends nothing more', async () => {
  const { url, stop } = await start({ model: fakeModel(), limits: { stopSeconds: 0.2 } })
  const slow = request(`${url}/v1/vector`, { method: 'POST', headers: { 'content-length': '100' } })
  const ended = new Promise((resolve) => slow.on('error', resolve))
  slow.write('x')
  await new Promise((resolve) => slow.on('socket', (socket) => socket.on('connect', resolve)))
  const began = performance.now()
  await stop()
  expect(performance.now() - began).toBeLessThan(3000)
  await ended
})
