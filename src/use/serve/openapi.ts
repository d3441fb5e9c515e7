/** The description of all that can be asked (OpenAPI 3.1), written by hand; a test compares it with the routes. */
import type { Model } from '../model/model.js'
import type { Limits } from './limits.js'

const text = { type: 'string' }
const number = { type: 'number' }
const whole = { type: 'integer' }
const orNull = (schema: { type: string }) => ({ ...schema, type: [schema.type, 'null'] })
const list = (items: object) => ({ type: 'array', items })
const object = (properties: Record<string, object>) => ({ type: 'object', properties })
const json = (description: string, schema: object) => ({
  description,
  content: { 'application/json': { schema } },
})
const inQuery = (name: string, description: string, schema: object) => ({
  name,
  in: 'query',
  description,
  schema,
})
const ROW = { name: 'row', in: 'path', required: true, schema: { ...whole, minimum: 0 } }
const binary = (type: string) => ({ [type]: { schema: { type: 'string', format: 'binary' } } })

const NEIGHBOUR = object({
  row: whole,
  path: text,
  label: orNull(text),
  width: whole,
  height: whole,
  score: { ...number, description: 'cosine' },
  thumbnail: { ...text, description: 'path of a small picture' },
})

const REFUSALS: Record<number, string> = {
  400: 'The request is damaged, or asks for what there is not.',
  401: 'The token lacks or is wrong.',
  403: 'The host or the web page may not ask.',
  408: 'The request came too slowly.',
  413: 'The body, or the number of pictures, is too large.',
  415: 'The body is of a type that is not taken.',
  422: 'The picture cannot be read.',
  503: 'The server is busy, or stops: ask again after Retry-After seconds.',
}

const refused = (...statuses: number[]) =>
  Object.fromEntries(
    statuses.map((status) => [status, json(REFUSALS[status] as string, object({ error: text }))]),
  )

export function describe({ dimension }: Pick<Model, 'dimension'>, limits: Limits): object {
  const body = {
    required: true,
    description: `One picture, or up to ${limits.files} of them; at most ${Math.floor(limits.bodyBytes / 2 ** 20)} MiB in all.`,
    content: {
      ...binary('image/*'),
      ...binary('application/octet-stream'),
      'multipart/form-data': {
        schema: object({ pictures: list({ type: 'string', format: 'binary' }) }),
      },
      'application/json': {
        schema: object({ picture: { ...text, contentEncoding: 'base64' }, pictures: list(text) }),
      },
    },
  }
  /** Of one picture; of several, the same of each in a list. */
  const one = (what: Record<string, object>, about: Record<string, object> = { model: text }) => ({
    oneOf: [
      object({ ...about, ...what }),
      object({ ...about, pictures: list(object({ name: text, error: text, ...what })) }),
    ],
  })
  const post = (summary: string, parameters: object[], schema: object) => ({
    post: {
      summary,
      parameters,
      requestBody: body,
      responses: {
        200: json('Of the picture, or of each.', schema),
        ...refused(400, 401, 403, 408, 413, 415, 422, 503),
      },
    },
  })
  const get = (summary: string, answer: object, parameters: object[] = [], ...statuses: number[]) => ({
    get: { summary, parameters, responses: { 200: answer, ...refused(...statuses) } },
  })
  const k = (otherwise: number) =>
    inQuery('k', 'How many.', { ...whole, minimum: 1, maximum: limits.neighbours, default: otherwise })
  return {
    openapi: '3.1.0',
    info: {
      title: 'Selfsame',
      version: '1',
      description: 'Vectors of pictures, the pictures that are near, and what they are called.',
    },
    security: [{}, { token: [] }],
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    paths: {
      '/health': get(
        'Whether it may be sent requests.',
        json('It may.', object({ live: { type: 'boolean' }, ready: { type: 'boolean' } })),
        [],
        503,
      ),
      '/metrics': get(
        'Figures for Prometheus.',
        { description: 'Text.', content: { 'text/plain': { schema: text } } },
        [],
        401,
        403,
      ),
      '/openapi.json': get('This description.', json('OpenAPI 3.1.', { type: 'object' }), [], 401, 403),
      '/v1/model': get(
        'The model, how it sees pictures, and the index.',
        json(
          'About them.',
          object({
            model: text,
            dimension: whole,
            engine: text,
            preprocessing: { type: 'object' },
            index: { type: ['object', 'null'] },
          }),
        ),
        [],
        401,
        403,
      ),
      '/v1/vector': post(
        'The vector of a picture.',
        [
          inQuery('format', 'As numbers, or as base64 of little-endian float32.', {
            ...text,
            enum: ['numbers', 'base64'],
          }),
          inQuery('length', 'As the encoder makes it, or of length one.', { ...text, enum: ['any', 'one'] }),
        ],
        one(
          { vector: { oneOf: [{ ...list(number), minItems: dimension, maxItems: dimension }, text] } },
          { model: text, dimension: whole },
        ),
      ),
      '/v1/neighbours': post(
        'The nearest pictures of the index.',
        [k(10)],
        one({ index: text, neighbours: list(NEIGHBOUR) }),
      ),
      '/v1/label': post(
        'A label by the vote of the nearest pictures.',
        [k(20)],
        one(
          {
            index: text,
            label: text,
            confidence: number,
            labels: list(object({ label: text, share: number })),
            voters: whole,
          },
          { model: text, by: text },
        ),
      ),
      '/v1/rows/{row}': get(
        'What is known of a picture of the index.',
        json(
          'Its row.',
          object({
            index: text,
            row: whole,
            path: text,
            label: orNull(text),
            digest: text,
            bytes: orNull(whole),
            modified: orNull(number),
            width: whole,
            height: whole,
            taken: orNull(number),
          }),
        ),
        [ROW],
        400,
        401,
        403,
        503,
      ),
      '/v1/rows/{row}/thumbnail': get(
        'A small picture.',
        { description: 'At most 96 px.', content: { ...binary('image/jpeg'), ...binary('image/png') } },
        [ROW, inQuery('index', 'State of the index that the row is of; another is refused with 410.', text)],
        400,
        401,
        403,
        503,
      ),
    },
  }
}
