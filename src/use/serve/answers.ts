/** What is answered about pictures. */
import { type Answer, type Call, oneOf, wholeIn } from './call.js'
import type { Limits } from './limits.js'
import { Gone, Refusal } from './refusal.js'
import type { Found, Service } from './service.js'
import type { Uploads } from './uploads.js'
import { aboutVotes, VOTERS, vote } from './vote.js'

const USUAL_NEIGHBOURS = 10
/** Digits with which a float32 comes back as it was. */
const DIGITS = 9

export async function vectorAnswer(call: Call, service: Service): Promise<Answer> {
  const format = oneOf(call.query, 'format', ['numbers', 'base64'])
  const unit = oneOf(call.query, 'length', ['any', 'one']) === 'one'
  const uploads = await call.uploads()
  const { id, dimension } = service.model
  return await answered(uploads, { model: id, dimension }, async (bytes) => {
    const made = await service.vector(bytes, call.signal)
    const vector = unit ? ofLengthOne(made) : made
    return { vector: format === 'base64' ? base64(vector) : Array.from(vector, rounded) }
  })
}

export async function neighboursAnswer(call: Call, service: Service, limits: Limits): Promise<Answer> {
  const k = wholeIn(call.query, 'k', USUAL_NEIGHBOURS, limits.neighbours)
  return await answered(await call.uploads(), { model: service.model.id }, async (bytes) => {
    const found = await nearest(bytes, k, call, service)
    return {
      index: found.version,
      neighbours: found.neighbours.map(({ score, ...rest }) => ({
        ...rest,
        score: rounded(score),
        thumbnail: `/v1/rows/${rest.row}/thumbnail?index=${found.version}`,
      })),
    }
  })
}

export async function labelAnswer(call: Call, service: Service, limits: Limits): Promise<Answer> {
  const k = wholeIn(call.query, 'k', VOTERS, limits.neighbours)
  const by = aboutVotes(k)
  return await answered(await call.uploads(), { model: service.model.id, by }, async (bytes) => {
    const { version, neighbours } = await nearest(bytes, k, call, service)
    const found = vote(
      neighbours.map(({ score }) => score),
      neighbours.map(({ label }) => label),
    )
    if (found.voters === 0)
      throw new Refusal(404, `none of the ${neighbours.length} nearest pictures of the index has a label`)
    return { index: version, ...found }
  })
}

export async function rowAnswer(call: Call, service: Service): Promise<Answer> {
  const row = rowOf(call)
  call.occupy(1)
  const columns = ['path', 'label', 'digest', 'bytes', 'modified', 'width', 'height', 'taken'] as const
  const { version, values } = await service.row(row, columns, call.signal)
  return { body: { index: version, row, ...values } }
}

export async function thumbnailAnswer(call: Call, service: Service): Promise<Answer> {
  const row = rowOf(call)
  const wanted = call.query.get('index')
  call.occupy(1)
  const { version, values } = await service.row(row, ['thumbnail'], call.signal)
  // the same number may be another picture by now
  if (wanted !== null && wanted !== version)
    throw new Refusal(
      410,
      `the index has changed since, and row ${row} may be another picture: ask for neighbours again`,
    )
  const { thumbnail } = values
  return {
    headers: {
      'content-type': thumbnail[0] === 0x89 ? 'image/png' : 'image/jpeg',
      'cache-control': wanted === null ? 'no-store' : 'private, max-age=86400, immutable',
    },
    body: thumbnail,
  }
}

function rowOf({ part = '' }: Call): number {
  if (!/^\d{1,15}$/.test(part)) throw new Refusal(404, `expected a row's number, got '${part.slice(0, 100)}'`)
  return Number(part)
}

async function nearest(bytes: Uint8Array, k: number, { signal }: Call, service: Service): Promise<Found> {
  // before the work of encoding
  if (!service.held)
    throw new Refusal(404, 'this server has a model and no index, so it knows no other pictures')
  const vector = await service.vector(bytes, signal)
  if (!vector.some((value) => value !== 0))
    throw new Refusal(422, 'the model makes a vector of zeros of this picture, which has no neighbours')
  return await service.neighbours(vector, k, signal)
}

/** One answer, or a list in which a picture that is refused says why and the others are answered. */
async function answered(
  { several, pictures }: Uploads,
  about: object,
  answer: (bytes: Uint8Array) => Promise<object>,
): Promise<Answer> {
  const [only] = pictures
  if (!several && only) return { body: { ...about, ...(await answer(only.bytes)) } }
  const each = pictures.map(async ({ name, bytes }) => {
    try {
      return { name, ...(await answer(bytes)) }
    } catch (error) {
      if (!(error instanceof Refusal) || error.status >= 500) throw error
      return { name, error: error.message }
    }
  })
  // all have ended before anything is given back
  const ended = await Promise.allSettled(each)
  const failed = ended.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined
  if (failed) throw failed.reason ?? new Gone()
  return { body: { ...about, pictures: ended.map((one) => (one as PromiseFulfilledResult<object>).value) } }
}

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS))
}

function ofLengthOne(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return length > 0 ? vector.map((value) => value / length) : vector
}

/** Little-endian float32. */
function base64(vector: Float32Array): string {
  const bytes = Buffer.alloc(4 * vector.length)
  for (const [i, value] of vector.entries()) bytes.writeFloatLE(value, 4 * i)
  return bytes.toString('base64')
}
