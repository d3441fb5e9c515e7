/** Answers and refusals as they go out. */
import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Answer } from './call.js'
import { Refusal } from './refusal.js'

const ALWAYS = { 'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'" }

export function send(
  response: ServerResponse,
  { status = 200, headers = {}, body }: Answer,
  more: Readonly<Record<string, string>>,
): void {
  if (response.destroyed || response.headersSent) return
  if (status === 204) {
    response.writeHead(status, { ...more, ...headers })
    response.end()
    return
  }
  const isBytes = body instanceof Uint8Array
  const bytes = isBytes ? body : Buffer.from(typeof body === 'string' ? body : `${JSON.stringify(body)}\n`)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    ...ALWAYS,
    ...more,
    ...headers,
    'content-length': bytes.length,
  })
  // to HEAD, Node leaves the body out
  response.end(bytes)
}

/** A refusal as an answer; of anything else, which was our fault, only the log says more. */
export function refusalOf(error: unknown): Answer {
  const { status, message, headers } =
    error instanceof Refusal ? error : new Refusal(500, 'the server failed at this; its log says why')
  return { status, headers, body: { error: message } }
}

const CODES: Readonly<Record<string, readonly [status: number, sentence: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request came too slowly'],
  HPE_HEADER_OVERFLOW: [431, 'the head of the request is too long'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'the chunks of the body have too much beside them'],
}

/**
 * Answers what Node could not read as a request, and closes the connection.
 * @returns the status
 */
export function sendRaw(error: NodeJS.ErrnoException, socket: Socket): number | undefined {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return undefined
  }
  const [status, why] = CODES[error.code ?? ''] ?? [400, 'this is no request in HTTP']
  const body = `${JSON.stringify({ error: why })}\n`
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    // whoever goes on sending is not read any more
    () => socket.destroy(),
  )
  return status
}
