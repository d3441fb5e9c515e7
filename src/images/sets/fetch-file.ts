import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open, rm, stat, truncate } from 'node:fs/promises'
import { get as httpGet, type IncomingMessage } from 'node:http'
import { get as httpsGet } from 'node:https'
import { pipeline } from 'node:stream/promises'
import { giveName } from '../../durable.js'

/** A file that is known beforehand. */
export interface RemoteFile {
  /** addresses, tried in turn */
  urls: readonly string[]
  /** bytes */
  size: number
  /** in hexadecimal digits; one of the two is given */
  md5?: string
  sha256?: string
}

/** Told now and then: bytes so far, and of all. */
export type Progress = (done: number, total: number) => void

/** Why a file could not be had, as one clause. */
export class FetchFault extends Error {
  override name = 'FetchFault'
}

const MOST_REDIRECTS = 5
const SILENCE_MS = 30_000
// a connection that is cut is taken up again, as long as each brings something
const MOST_VAIN_TRIES = 3
const PAUSE_MS = 500

/**
 * Downloads a file to `path` by way of `path`.part, where a later call goes on after whatever ended this one. The file
 * is there only when it is whole and has the right checksum.
 * @throws FetchFault when no address has it; the file system's error when it cannot be written
 */
export async function fetchFile(
  file: RemoteFile,
  path: string,
  progress: Progress = () => {},
): Promise<void> {
  const part = `${path}.part`
  const faults: string[] = []
  for (const url of file.urls) {
    try {
      await fetchFrom(url, file, part, progress)
      await sync(part)
      giveName(part, path)
      return
    } catch (error) {
      if (!(error instanceof FetchFault)) throw error
      faults.push(`${url}: ${error.message}`)
    }
  }
  throw new FetchFault(faults.join('; '))
}

async function fetchFrom(
  url: string,
  { size, md5, sha256 }: RemoteFile,
  part: string,
  progress: Progress,
): Promise<void> {
  for (let vain = 0; ; ) {
    const have = await sizeOf(part)
    if (have > size) await rm(part)
    if (have === size) break
    try {
      await fetchRest(url, have > size ? 0 : have, size, part, progress)
    } catch (error) {
      if (!isCut(error)) throw error
      if (UNREACHABLE.includes((error as NodeJS.ErrnoException).code ?? ''))
        throw new FetchFault(reasonOf(error))
      vain = (await sizeOf(part)) > have ? 0 : vain + 1
      if (vain >= MOST_VAIN_TRIES) throw new FetchFault(reasonOf(error))
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * vain))
    }
  }
  const expected = sha256 ?? md5
  const found = await checksumOf(part, sha256 === undefined ? 'md5' : 'sha256')
  if (found === expected) return
  await rm(part)
  throw new FetchFault(`the checksum of what came is ${found} where ${expected} is expected`)
}

/** Adds what is missing to the part file. */
async function fetchRest(
  url: string,
  have: number,
  size: number,
  part: string,
  progress: Progress,
): Promise<void> {
  const response = await request(url, have)
  try {
    const from = startOf(response, have)
    const length = Number(response.headers['content-length'] ?? size - from)
    if (from + length !== size)
      throw new FetchFault(`the file there has ${from + length} bytes where ${size} are expected`)
    if (from === 0 && have > 0) await truncate(part, 0)
    let done = from
    progress(done, size)
    response.on('data', (chunk: Buffer) => {
      done += chunk.length
      // without a stated length only this keeps an endless answer from filling the disk
      if (done > size) response.destroy(new FetchFault(`the file there has more than ${size} bytes`))
      else progress(done, size)
    })
    await pipeline(response, createWriteStream(part, { flags: 'a' }))
  } finally {
    response.destroy()
  }
}

/** Where an answer begins. @throws FetchFault when it is none with content */
function startOf({ statusCode, headers }: IncomingMessage, have: number): number {
  if (statusCode === 200) return 0
  if (statusCode !== 206) throw new FetchFault(`the server answers with status ${statusCode}`)
  const from = /^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1]
  if (Number(from) !== have) throw new FetchFault('the server answers with another part than was asked for')
  return have
}

async function request(url: string, have: number): Promise<IncomingMessage> {
  let address = url
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const response = await answer(address, have)
    const { statusCode = 0, headers } = response
    if (statusCode < 300 || statusCode > 399 || headers.location === undefined) return response
    response.destroy()
    address = new URL(headers.location, address).href
  }
  throw new FetchFault(`the server redirects more than ${MOST_REDIRECTS} times`)
}

/** Not fetch(): it unpacks what a server calls gzip, and then no checksum fits. */
function answer(url: string, have: number): Promise<IncomingMessage> {
  const get = url.startsWith('https:') ? httpsGet : httpGet
  const headers = { 'accept-encoding': 'identity', ...(have > 0 && { range: `bytes=${have}-` }) }
  return new Promise((resolve, reject) => {
    const asked = get(url, { headers, timeout: SILENCE_MS }, resolve)
    asked.on('timeout', () => asked.destroy(new Error(`no answer for ${SILENCE_MS / 1000} seconds`)))
    asked.on('error', reject)
  })
}

/** The network's faults, after which the same address may still have the rest. */
function isCut(error: unknown): boolean {
  const { code = '', syscall } = error as NodeJS.ErrnoException
  const disk = ['open', 'write', 'ftruncate', 'unlink', 'rename', 'stat'].includes(syscall ?? '')
  return !(error instanceof FetchFault) && !disk && !['ENOSPC', 'EDQUOT', 'ERR_INVALID_URL'].includes(code)
}

const UNREACHABLE = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH']
const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such host, or no network',
  EAI_AGAIN: 'there is no network',
  ECONNREFUSED: 'the connection is refused',
  ENETUNREACH: 'there is no network',
  EHOSTUNREACH: 'there is no way to the host',
  ETIMEDOUT: 'the connection timed out',
  ECONNRESET: 'the connection is cut',
  ERR_STREAM_PREMATURE_CLOSE: 'the connection is cut',
}

function reasonOf(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException
  return REASONS[code] ?? (message || code)
}

/** Not while it is written, as several connections and processes may have. */
async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  )
}

async function checksumOf(path: string, kind: 'md5' | 'sha256'): Promise<string> {
  const hash = createHash(kind)
  await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), hash)
  return hash.digest('hex')
}
