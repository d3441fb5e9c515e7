/** The pictures in the body of a request, still encoded. */
import { printable } from '../../printable.js'
import { multipart } from './multipart.js'
import { Refusal } from './refusal.js'

export interface Uploads {
  /** Sent as several, so that the answer is a list as well. */
  several: boolean
  pictures: { name: string; bytes: Uint8Array }[]
}

export const BODIES = ['image/*', 'application/octet-stream', 'multipart/form-data', 'application/json']
const LONGEST_NAME = 255

/**
 * - `image/*`, `application/octet-stream` or no type: the body is one picture.
 * - `multipart/form-data`: each file is one.
 * - `application/json`: `{ "picture": BASE64 }` or `{ "pictures": [BASE64, …] }`, as data URLs too.
 * @throws Refusal 400, 413 or 415
 */
export function uploadsOf(body: Buffer, contentType: string | undefined, most: number): Uploads {
  if (body.length === 0) throw new Refusal(400, 'the request has no body: send a picture')
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (type === '' || type === 'application/octet-stream' || type.startsWith('image/'))
    return { several: false, pictures: [{ name: 'picture', bytes: body }] }
  if (type === 'multipart/form-data') return ofForm(body, contentType as string, most)
  if (type === 'application/json') return ofJson(body, most)
  throw new Refusal(
    415,
    `expected a body of type ${BODIES.slice(0, -1).join(', ')} or ${BODIES.at(-1)}, got '${shortened(type)}'${type === 'application/x-www-form-urlencoded' ? "; with curl give -H 'content-type: image/jpeg' as well" : ''}`,
    { accept: BODIES.join(', ') },
  )
}

function ofForm(body: Buffer, type: string, most: number): Uploads {
  const parts = multipart(body, type, most)
  if (parts.length === 0) throw new Refusal(400, 'the form has no file: add a picture')
  const pictures = parts.map(({ field, filename, bytes }) => {
    if (filename === undefined)
      throw new Refusal(
        400,
        `the form's field '${shortened(field)}' is no file; what is not a picture goes into the address, as ?k=5`,
      )
    return { name: shortened(filename || field), bytes }
  })
  return { several: true, pictures }
}

function ofJson(body: Buffer, most: number): Uploads {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch {
    throw new Refusal(400, 'the body says that it is JSON, and is not')
  }
  const { picture, pictures } = (typeof value === 'object' && value !== null ? value : {}) as {
    picture?: unknown
    pictures?: unknown
  }
  const texts = pictures === undefined && picture !== undefined ? [picture] : pictures
  if (!Array.isArray(texts) || texts.length === 0 || texts.some((text) => typeof text !== 'string'))
    throw new Refusal(
      400,
      'expected { "picture": "…" } or { "pictures": ["…", …] } with pictures in base64, got other JSON',
    )
  if (texts.length > most)
    throw new Refusal(
      413,
      `the request has ${texts.length} pictures, and at most ${most} are taken at a time`,
    )
  return {
    several: pictures !== undefined,
    pictures: (texts as string[]).map((text, i) => ({ name: `${i}`, bytes: ofBase64(text) })),
  }
}

function ofBase64(text: string): Uint8Array {
  const start = text.startsWith('data:') ? text.indexOf(',') + 1 : 0
  return Buffer.from(start > 0 ? text.slice(start) : text, 'base64')
}

function shortened(name: string): string {
  return printable(name.slice(0, LONGEST_NAME))
}
