import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { temporary } from '../../images/testing/made.js'
import type { State } from './about.js'
import { LIMITS } from './limits.js'
import { describe as description } from './openapi.js'
import { routesOf } from './routes.js'
import { type Serving, serve } from './serve.js'
import { fakeIndex, fakeModel, plain } from './testing/fakes.js'

const folder = temporary()
const model = fakeModel()
let serving: Serving
let red: Buffer
beforeAll(async () => {
  vi.stubEnv('SELFSAME_JPEG', 'sharp')
  const openIndex = async () => fakeIndex(folder.path)
  serving = await serve({ model, openIndex, port: 0, limits: { files: 4, bodyBytes: 100_000 } })
  red = await plain(255, 0, 0)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await serving.stop()
  folder[Symbol.dispose]()
})

type Sent = Omit<RequestInit, 'body'> & { body?: Uint8Array | string | FormData; type?: string }
async function ask(path: string, { body, type, ...init }: Sent = {}) {
  const response = await fetch(serving.url + path, {
    ...(body !== undefined && { method: 'POST', body: body as string }),
    ...init,
    headers: {
      ...(type !== undefined && { 'content-type': type }),
      ...(init.headers as Record<string, string>),
    },
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson && text !== '' ? JSON.parse(text) : undefined,
  }
}
const error = async (path: string, sent?: Sent) => {
  const { status, json } = await ask(path, sent)
  expect(Object.keys(json)).toEqual(['error'])
  expect(json.error).not.toMatch(/\n| {4}at /)
  return [status, json.error]
}

describe('a picture', () => {
  test('gets its vector, as the body itself, in a form and in JSON', async () => {
    const about = { model: model.id, dimension: 3 }
    for (const type of ['image/png', 'application/octet-stream']) {
      const { status, json } = await ask('/v1/vector', { body: red, type })
      expect([status, json]).toEqual([200, { ...about, vector: [1, 0, 0] }])
    }
    const picture = red.toString('base64')
    const { json } = await ask('/v1/vector', { body: JSON.stringify({ picture }), type: 'application/json' })
    expect(json).toEqual({ ...about, vector: [1, 0, 0] })
    const pictures = [picture, `data:image/png;base64,${picture}`]
    const several = await ask('/v1/vector', { body: JSON.stringify({ pictures }), type: 'application/json' })
    expect(several.json.pictures).toEqual([
      { name: '0', vector: [1, 0, 0] },
      { name: '1', vector: [1, 0, 0] },
    ])
  })

  test('in base64 is little-endian float32, and of length one where that is asked for', async () => {
    const body = await plain(51, 102, 102)
    const { json } = await ask('/v1/vector?format=base64', { body, type: 'image/png' })
    const bytes = Buffer.from(json.vector, 'base64')
    expect([0, 4, 8].map((at) => bytes.readFloatLE(at))).toEqual([0.2, 0.4, 0.4].map(Math.fround))
    const unit = await ask('/v1/vector?length=one', { body, type: 'image/png' })
    for (const [i, value] of [1 / 3, 2 / 3, 2 / 3].entries())
      expect(unit.json.vector[i]).toBeCloseTo(value, 6)
  })

  test('gets its neighbours, nearest first, with thumbnails of that state of the index', async () => {
    const { json } = await ask('/v1/neighbours?k=2', { body: red, type: 'image/png' })
    expect(json.neighbours.map(({ path, score }: { path: string; score: number }) => [path, score])).toEqual([
      ['red/1.png', 1],
      ['red/2.png', 0.800000012],
    ])
    const [first] = json.neighbours
    expect(first).toMatchObject({ row: 0, label: 'red', width: 20, height: 10 })
    const thumbnail = await fetch(serving.url + first.thumbnail)
    expect(thumbnail.headers.get('content-type')).toBe('image/jpeg')
    expect(new Uint8Array(await thumbnail.arrayBuffer())).toEqual(Uint8Array.of(0xff, 0xd8, 0))
    expect(await error('/v1/rows/0/thumbnail?index=older')).toEqual([
      410,
      expect.stringContaining('has changed'),
    ])
    const all = await ask('/v1/neighbours?k=1000', { body: red, type: 'image/png' })
    expect(all.json.neighbours).toHaveLength(5)
  })

  test('gets a label by the vote of its neighbours, and how it was found', async () => {
    const { json } = await ask('/v1/label?k=3', { body: red, type: 'image/png' })
    expect(json).toMatchObject({
      label: 'red',
      voters: 2,
      confidence: 1,
      labels: [{ label: 'red', share: 1 }],
    })
    expect(json.by).toContain('3 nearest pictures')
  })

  test('that cannot be read is refused by itself and told by name among others', async () => {
    const bad = Buffer.from('no picture at all')
    expect(await error('/v1/vector', { body: bad, type: 'image/png' })).toEqual([
      422,
      'the picture cannot be read: its content is not JPEG, PNG, WebP, GIF, AVIF, TIFF, BMP or PNM',
    ])
    const form = new FormData()
    form.append('pictures', new File([new Uint8Array(red)], 'good.png'))
    form.append('pictures', new File([new Uint8Array(red.subarray(0, 60))], 'bad.png'))
    const { status, json } = await ask('/v1/neighbours?k=1', { body: form })
    expect(status).toBe(200)
    expect(json.pictures[0]).toMatchObject({ name: 'good.png', neighbours: [{ path: 'red/1.png' }] })
    expect(json.pictures[1]).toEqual({
      name: 'bad.png',
      error: 'the picture cannot be read: the file is cut short',
    })
  })

  test('of one pixel is a picture, and black, whose vector is nought, has no neighbours', async () => {
    const dot = await plain(0, 255, 0, 1)
    expect((await ask('/v1/label', { body: dot, type: 'image/png' })).status).toBe(200)
    const black = await plain(0, 0, 0)
    expect((await ask('/v1/vector', { body: black, type: 'image/png' })).json.vector).toEqual([0, 0, 0])
    expect((await error('/v1/neighbours', { body: black, type: 'image/png' }))[0]).toBe(422)
  })
})

describe('a request is refused in a sentence', () => {
  const png = 'image/png'
  test.each<[string, string, () => Sent, number, RegExp]>([
    ['at no address', '/v2/vector', () => ({}), 404, /openapi/],
    ['with another method', '/v1/vector', () => ({}), 405, /expected POST .* got GET/],
    [
      'with a parameter that is misspelt',
      '/v1/vector?fromat=base64',
      () => ({ body: red, type: png }),
      400,
      /did you mean 'format'/,
    ],
    ['with a parameter twice', '/v1/label?k=1&k=2', () => ({ body: red, type: png }), 400, /twice/],
    [
      'with a word it does not know',
      '/v1/vector?format=csv',
      () => ({ body: red, type: png }),
      400,
      /numbers or base64/,
    ],
    [
      'with no number',
      '/v1/neighbours?k=many',
      () => ({ body: red, type: png }),
      400,
      /from 1 to 1000, got 'many'/,
    ],
    ['with 0', '/v1/neighbours?k=0', () => ({ body: red, type: png }), 400, /from 1/],
    ['without a body', '/v1/vector', () => ({ method: 'POST' }), 400, /no body/],
    ['of another type', '/v1/vector', () => ({ body: red, type: 'text/plain' }), 415, /got 'text\/plain'/],
    [
      'as curl sends it',
      '/v1/vector',
      () => ({ body: red, type: 'application/x-www-form-urlencoded' }),
      415,
      /with curl/,
    ],
    [
      'that is compressed',
      '/v1/vector',
      () => ({ body: red, type: png, headers: { 'content-encoding': 'gzip' } }),
      415,
      /Content-Encoding/,
    ],
    [
      'that is too long',
      '/v1/vector',
      () => ({ body: new Uint8Array(100_001), type: png }),
      413,
      /97.6|100001|KiB|bytes/,
    ],
    ['of damaged JSON', '/v1/vector', () => ({ body: '{', type: 'application/json' }), 400, /is not/],
    [
      'of other JSON',
      '/v1/vector',
      () => ({ body: '{"picture":[1]}', type: 'application/json' }),
      400,
      /base64/,
    ],
    [
      'of no picture in JSON',
      '/v1/vector',
      () => ({ body: '{"pictures":[]}', type: 'application/json' }),
      400,
      /base64/,
    ],
    ['of a row that is none', '/v1/rows/-1', () => ({}), 404, /'-1'/],
    ['of a row beyond', '/v1/rows/5', () => ({}), 404, /has 5/],
  ])('%s', async (_, path, sent, status, why) => {
    expect(await error(path, sent())).toEqual([status, expect.stringMatching(why)])
  })

  test('with too many pictures, or a field that is none', async () => {
    const form = new FormData()
    for (let i = 0; i < 5; i++) form.append('p', new Blob([new Uint8Array(red)]))
    expect(await error('/v1/vector', { body: form })).toEqual([413, expect.stringContaining('more than 4')])
    const field = new FormData()
    field.append('k', '5')
    expect(await error('/v1/vector', { body: field })).toEqual([
      400,
      expect.stringContaining("'k' is no file"),
    ])
  })
})

test('HEAD is GET without its body, and OPTIONS tells the methods', async () => {
  const head = await ask('/v1/model', { method: 'HEAD' })
  expect([head.status, head.text]).toEqual([200, ''])
  expect(Number(head.headers.get('content-length'))).toBe((await ask('/v1/model')).text.length)
  const options = await ask('/v1/vector', { method: 'OPTIONS' })
  expect([options.status, options.headers.get('allow')]).toEqual([204, 'POST, OPTIONS'])
  expect((await ask('/health', { method: 'DELETE' })).headers.get('allow')).toBe('GET, HEAD, OPTIONS')
})

test('the description has exactly the routes there are, with their parameters', async () => {
  const { json } = await ask('/openapi.json')
  expect(json).toEqual(
    JSON.parse(JSON.stringify(description(model, { ...LIMITS, files: 4, bodyBytes: 100_000 }))),
  )
  const described = Object.entries(
    json.paths as Record<string, Record<string, { parameters: { name: string; in: string }[] }>>,
  ).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters }]) => ({
      method: method.toUpperCase(),
      path,
      parameters: parameters.filter((one) => one.in === 'query').map(({ name }) => name),
    })),
  )
  const routes = routesOf({ service: { model }, limits: LIMITS } as unknown as State)
  expect(described).toEqual(
    routes.map(({ method, path, parameters }) => ({ method, path, parameters: [...parameters] })),
  )
})

test('tells its health, its model and its figures', async () => {
  expect((await ask('/health')).json).toEqual({ live: true, ready: true })
  expect((await ask('/v1/model')).json).toMatchObject({
    dimension: 3,
    preprocessing: { size: 8, decode_to: 16 },
    index: { pictures: 5 },
  })
  await ask('/v1/vector', { body: red, type: 'image/png' })
  await ask('/elsewhere')
  const { text, headers } = await ask('/metrics')
  expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  const figures = new Map(
    text
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('#'))
      .map((line) => {
        expect(line).toMatch(/^[a-z_]+(\{([a-z]+="[^"]*",?)+\})? [0-9.e+-]+$/)
        return [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]
      }),
  )
  expect(figures.get('selfsame_requests_total{route="/v1/vector",status="200"}')).toBeGreaterThan(0)
  expect(figures.get('selfsame_requests_total{route="other",status="404"}')).toBeGreaterThan(0)
  expect(figures.get('selfsame_request_seconds_bucket{route="/v1/vector",le="+Inf"}')).toBe(
    figures.get('selfsame_request_seconds_count{route="/v1/vector"}'),
  )
  expect(figures.get('process_resident_memory_bytes')).toBeGreaterThan(1e7)
  expect(figures.get('selfsame_index_pictures')).toBe(5)
  expect(figures.get('selfsame_pictures_held')).toBe(0)
})
