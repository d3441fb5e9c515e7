/** Who may ask. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { printable } from '../../printable.js'
import { Refusal } from './refusal.js'

export interface GateOptions {
  /** Without one only this machine may ask. */
  token?: string
  /** Names by which the server may be addressed besides those of this machine; only asked for without a token. */
  allowHosts: readonly string[]
  /** Web pages that may ask: origins as browsers send them, or `*`. */
  allowOrigins: readonly string[]
}

const OWN_NAMES = ['localhost', '127.0.0.1', '[::1]', '::1']

/**
 * - With a token, that is all it takes.
 * - Without one, a request must be addressed to this machine by name: a web page whose name was made to point here (DNS
 *   rebinding) is not.
 * - A web page of another origin is refused unless it is allowed: it could not read the answer, yet make us work.
 * @throws Refusal 400, 401 or 403
 */
export function checkGate(
  headers: IncomingHttpHeaders,
  { token, allowHosts, allowOrigins }: GateOptions,
): void {
  const { host, origin, authorization } = headers
  if (host === undefined) throw new Refusal(400, 'the request does not say which host it is for')
  if (origin !== undefined && !isOwn(origin, host) && !isAllowed(origin, allowOrigins))
    throw new Refusal(
      403,
      `web pages of '${shown(origin)}' may not ask this server; it is started with the origins that may`,
    )
  if (token === undefined) {
    const name = nameOf(host)
    if (![...OWN_NAMES, ...allowHosts].includes(name))
      throw new Refusal(
        403,
        `this server is not '${shown(name)}'; it answers to ${[...OWN_NAMES.slice(0, 3), ...allowHosts].join(', ')}`,
      )
  } else if (!isToken(authorization, token)) {
    throw new Refusal(401, 'expected the token of this server as Authorization: Bearer TOKEN', {
      'www-authenticate': 'Bearer',
    })
  }
}

/** What browsers are told, so that the pages that may ask can read the answer. */
export function originHeaders(
  origin: string | undefined,
  { allowOrigins }: Pick<GateOptions, 'allowOrigins'>,
): Record<string, string> {
  if (allowOrigins.length === 0) return { 'cross-origin-resource-policy': 'same-origin' }
  if (origin === undefined || !isAllowed(origin, allowOrigins)) return { vary: 'Origin' }
  return {
    vary: 'Origin',
    'access-control-allow-origin': allowOrigins.includes('*') ? '*' : origin,
    'access-control-expose-headers': 'retry-after',
    'cross-origin-resource-policy': 'cross-origin',
  }
}

function isAllowed(origin: string, allowed: readonly string[]): boolean {
  return allowed.includes('*') || allowed.includes(origin)
}

function isOwn(origin: string, host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}`
}

function nameOf(host: string): string {
  return host.replace(/:\d*$/, '').toLowerCase()
}

/** In a time that does not tell how much of it was right. */
function isToken(authorization: string | undefined, token: string): boolean {
  const given = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? ''
  return timingSafeEqual(digest(given), digest(token))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function shown(text: string): string {
  return printable(text.slice(0, 200))
}
