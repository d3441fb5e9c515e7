/** The body of a request, of no more bytes than it may have. */
import type { IncomingMessage } from 'node:http'
import { Gone, Refusal } from './refusal.js'

/** Bytes that all requests hold together; there to be counted down. */
export interface Budget {
  left: number
}

/**
 * Takes bytes off `budget` as they come, so that a slow sender holds only what it has sent.
 * @returns the body, and what gives its bytes back to the budget
 * @throws Refusal 413 or 503; Gone
 */
export async function readBody(
  request: IncomingMessage,
  most: number,
  budget: Budget,
): Promise<{ body: Buffer; release: () => void }> {
  refuseLong(request, most)
  const chunks: Buffer[] = []
  let length = 0
  const release = () => {
    budget.left += length
    length = 0
  }
  try {
    await eachChunk(request, (chunk) => {
      length += chunk.length
      budget.left -= chunk.length
      if (length > most) throw tooLong(most)
      if (budget.left < 0)
        throw new Refusal(503, 'the server is busy with other uploads; ask again in a second', {
          'retry-after': '1',
        })
      chunks.push(chunk)
    })
  } catch (error) {
    release()
    throw error
  }
  return { body: Buffer.concat(chunks, length), release }
}

/** A stream's own iterator would close the connection before a refusal is read. */
function eachChunk(request: IncomingMessage, take: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer) => {
      try {
        take(chunk)
      } catch (error) {
        end()
        reject(error)
      }
    }
    const onEnd = () => {
      end()
      resolve()
    }
    const onClose = () => {
      end()
      reject(new Gone())
    }
    const end = () => {
      request.off('data', onData).off('end', onEnd).off('close', onClose)
    }
    request.on('data', onData).on('end', onEnd).on('close', onClose)
    // it may be over by now
    if (request.readableEnded || request.destroyed) onClose()
  })
}

/**
 * Reads on, so that a refusal reaches whoever is still sending, which a closed connection would not let it; closes it
 * after so many bytes.
 */
export function drain(request: IncomingMessage, most: number): void {
  if (request.complete) return
  let left = most
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) request.socket.destroy()
  })
  request.resume()
}

/** Refuses by what the head says, before a byte of the body is read. @throws Refusal 413 or 415 */
export function refuseLong(request: IncomingMessage, most: number): void {
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLong(most)
  const coding = request.headers['content-encoding']
  // a few compressed bytes could be any number
  if (coding !== undefined && coding !== 'identity')
    throw new Refusal(
      415,
      'bodies are taken as they are, without Content-Encoding; pictures are compressed already',
    )
}

function tooLong(most: number): Refusal {
  return new Refusal(413, `the body is longer than the ${mebibytes(most)} that a request may have`)
}

function mebibytes(bytes: number): string {
  return bytes >= 2 ** 20 ? `${Math.floor((10 * bytes) / 2 ** 20) / 10} MiB` : `${bytes} bytes`
}
