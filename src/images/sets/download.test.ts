import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { temporary } from '../testing/made.js'
import { madeTar } from '../testing/made-tar.js'
import { downloadSet, type RemoteSet } from './download.js'
import { fetchFile } from './fetch-file.js'

// large enough that a server cannot hand it to the system in one piece
const CONTENT = Buffer.alloc(3_000_000, 0)
for (let at = 0; at < CONTENT.length; at++) CONTENT[at] = (at * 2_654_435_761) >>> 24
const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex')

type Handler = (request: IncomingMessage, response: ServerResponse, asked: number) => void

/** A server on this machine that counts what it is asked. */
async function serve(handler: Handler) {
  const ranges: (string | undefined)[] = []
  const server = createServer((request, response) => {
    ranges.push(request.headers.range)
    handler(request, response, ranges.length - 1)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    ranges,
    port,
    url: `http://127.0.0.1:${port}/set/file.bin`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Answers as a file server does, with the part that is asked for. */
const whole =
  (content = CONTENT): Handler =>
  ({ headers }, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0)
    const length = content.length - from
    if (from > 0)
      response.writeHead(206, {
        'content-length': length,
        'content-range': `bytes ${from}-${content.length - 1}/${content.length}`,
      })
    else response.writeHead(200, { 'content-length': length })
    response.end(content.subarray(from))
  }

const plain =
  (content = CONTENT): Handler =>
  (_, response) =>
    response.writeHead(200, { 'content-length': content.length }).end(content)

const cutAfter =
  (bytes: number): Handler =>
  ({ headers }, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0)
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': CONTENT.length - from,
      ...(from > 0 && { 'content-range': `bytes ${from}-${CONTENT.length - 1}/${CONTENT.length}` }),
    })
    response.write(CONTENT.subarray(from, from + bytes), () => setTimeout(() => response.destroy(), 50))
  }

const remote = (...urls: string[]) => ({ urls, size: CONTENT.length, md5: md5(CONTENT) })

describe('a file', () => {
  test('is checked by SHA-256 where that is what is known of it', async () => {
    await using server = await serve(whole())
    using folder = temporary()
    const path = join(folder.path, 'file.bin')
    const file = { urls: [server.url], size: CONTENT.length }
    const sha256 = createHash('sha256').update(CONTENT).digest('hex')
    await expect(fetchFile({ ...file, sha256: md5(CONTENT) }, path)).rejects.toThrow(
      `the checksum of what came is ${sha256} where ${md5(CONTENT)} is expected`,
    )
    expect(existsSync(path)).toBe(false)
    await fetchFile({ ...file, sha256 }, path)
    expect(readFileSync(path).equals(CONTENT)).toBe(true)
  })

  test('comes whole, with progress', async () => {
    await using server = await serve(whole())
    using folder = temporary()
    const path = join(folder.path, 'file.bin')
    const told: number[] = []
    await fetchFile(remote(server.url), path, (done, total) => {
      expect(total).toBe(CONTENT.length)
      told.push(done)
    })
    expect(readFileSync(path).equals(CONTENT)).toBe(true)
    expect(told[0]).toBe(0)
    expect(told.at(-1)).toBe(CONTENT.length)
    expect(told).toEqual([...told].sort((a, b) => a - b))
    expect(readdirSync(folder.path)).toEqual(['file.bin'])
  })

  test('goes on where a connection was cut, and where an earlier process ended', async () => {
    await using server = await serve((request, response, asked) =>
      (asked < 3 ? cutAfter(700_000) : whole())(request, response, asked),
    )
    using folder = temporary()
    const path = join(folder.path, 'file.bin')
    writeFileSync(`${path}.part`, CONTENT.subarray(0, 1000))
    await fetchFile(remote(server.url), path)
    expect(readFileSync(path).equals(CONTENT)).toBe(true)
    const starts = server.ranges.map((range) => Number(/\d+/.exec(range ?? '')?.[0] ?? 0))
    expect(starts[0]).toBe(1000)
    expect(starts).toHaveLength(4)
    for (let at = 1; at < 4; at++) expect(starts[at]).toBeGreaterThan(starts[at - 1] as number)
  })

  test('comes from the beginning where the server knows no parts', async () => {
    await using server = await serve(plain())
    using folder = temporary()
    const path = join(folder.path, 'file.bin')
    writeFileSync(`${path}.part`, 'something else')
    await fetchFile(remote(server.url), path)
    expect(readFileSync(path).equals(CONTENT)).toBe(true)
  })

  test('whose part is whole already is not asked for again', async () => {
    using folder = temporary()
    const path = join(folder.path, 'file.bin')
    writeFileSync(`${path}.part`, CONTENT)
    await fetchFile(remote('http://127.0.0.1:1/'), path)
    expect(statSync(path).size).toBe(CONTENT.length)
  })

  test('comes by way of redirects, and of a second address', async () => {
    await using server = await serve((request, response, asked) => {
      if (request.url === '/set/file.bin') response.writeHead(302, { location: '../moved?x=1' }).end()
      else if (request.url === '/gone') response.writeHead(404).end('not here')
      else whole()(request, response, asked)
    })
    using folder = temporary()
    const path = join(folder.path, 'file.bin')
    await fetchFile(remote(`http://127.0.0.1:${server.port}/gone`, server.url), path)
    expect(readFileSync(path).equals(CONTENT)).toBe(true)
  })

  const other = Buffer.from(CONTENT).fill(7, 5, 6)
  test.each<[string, Handler, RegExp, boolean]>([
    [
      'with another checksum',
      whole(other),
      /the checksum of what came is [0-9a-f]{32} where [0-9a-f]{32} is expected/,
      false,
    ],
    ['that is not there', (_, response) => response.writeHead(404).end(), /answers with status 404/, false],
    ['of another size', plain(Buffer.from('<html>')), /has 6 bytes where 3000000 are expected/, false],
    [
      'that redirects for ever',
      (_, response) => response.writeHead(301, { location: '/' }).end(),
      /redirects more than 5/,
      false,
    ],
    ['without an end', endless, /has more than 3000000 bytes/, true],
    ['that is cut each time', (_, response) => response.destroy(), /the connection is cut/, false],
  ])('%s is refused', async (_, handler, message, keeps) => {
    await using server = await serve(handler)
    using folder = temporary()
    const path = join(folder.path, 'file.bin')
    const error = await fetchFile(remote(server.url), path).catch((caught: Error) => caught)
    expect((error as Error).name).toBe('FetchFault')
    expect((error as Error).message).toMatch(message)
    expect((error as Error).message).toContain(server.url)
    expect(existsSync(path)).toBe(false)
    expect(existsSync(`${path}.part`)).toBe(keeps)
    if (keeps) expect(statSync(`${path}.part`).size).toBeLessThan(CONTENT.length + 200_000)
  })
})

function endless(_: IncomingMessage, response: ServerResponse): void {
  const more = () => {
    while (!response.destroyed && response.write(CONTENT.subarray(0, 100_000)));
    if (!response.destroyed) response.once('drain', more)
  }
  more()
}

describe('a set', () => {
  const BIN = Buffer.alloc(600_000, 5)
  const archive = gzipSync(
    madeTar([
      { name: 'top/', type: '5' },
      { name: 'top/a.bin', content: BIN },
      { name: 'top/../../evil.bin', content: 'x' },
      { name: 'top/readme.html', content: 'x' },
      { name: 'top/names.txt', content: 'one\ntwo\n' },
    ]),
  )
  const set = (url: string): RemoteSet => ({
    name: 'toy',
    folder: 'toy-bin',
    files: [{ name: 'toy.tar.gz', urls: [url], size: archive.length, md5: md5(archive) }],
    archive: { wanted: /\.(bin|txt)$/, bytes: 600_000 },
  })

  test('is unpacked in one step, and written nowhere else', async () => {
    await using server = await serve(whole(archive))
    using folder = temporary()
    const told = new Set<string>()
    const root = join(folder.path, 'in', 'here')
    // what a killed process leaves
    mkdirSync(join(root, 'toy.part', 'unpacked'), { recursive: true })
    writeFileSync(join(root, 'toy.part', 'unpacked', 'half.bin'), 'half')
    writeFileSync(join(root, 'toy.lock'), '999999999 nowhere')
    const old = new Date(0)
    utimesSync(join(root, 'toy.lock'), old, old)
    expect(await downloadSet(set(server.url), root, (text) => told.add(text))).toBe(join(root, 'toy-bin'))
    expect(readdirSync(root)).toEqual(['toy-bin'])
    expect(readdirSync(join(root, 'toy-bin')).sort()).toEqual(['a.bin', 'evil.bin', 'names.txt'])
    expect(readFileSync(join(root, 'toy-bin', 'a.bin')).equals(BIN)).toBe(true)
    expect([...told]).toEqual(['Downloading toy', 'Unpacking toy'])
  })

  test('of several files is there when all are, downloaded once for several who ask', async () => {
    await using server = await serve((request, response, asked) =>
      request.url?.endsWith('b.bin') && asked < 3
        ? response.writeHead(500).end()
        : whole()(request, response, asked),
    )
    using folder = temporary()
    const files = ['a.bin', 'b.bin'].map((name) => ({
      name,
      ...remote(`http://127.0.0.1:${server.port}/${name}`),
    }))
    const two: RemoteSet = { name: 'two', folder: 'two', files }
    await expect(downloadSet(two, folder.path)).rejects.toThrow('answers with status 500')
    expect(readdirSync(folder.path)).toEqual(['two.part'])
    // the first file is not asked for again
    await expect(downloadSet(two, folder.path)).rejects.toThrow('answers with status 500')
    expect(server.ranges).toHaveLength(3)
    await Promise.all([1, 2, 3].map(() => downloadSet(two, folder.path)))
    expect(server.ranges).toHaveLength(4)
    expect(readdirSync(join(folder.path, 'two')).sort()).toEqual(['a.bin', 'b.bin'])
  })

  test('that cannot be had is told in one sentence that says where to put it', async () => {
    using folder = temporary()
    const told = async (what: RemoteSet, root = folder.path) => {
      const error = await downloadSet(what, root).catch((caught: Error) => caught)
      expect((error as Error).name).toBe('SelfsameError')
      expect((error as Error).message).toMatch(/^[^\n]+[^\n.]$/)
      return (error as Error).message
    }
    expect(await told(set('http://127.0.0.1:1/toy.tar.gz'))).toBe(
      "data set 'toy' cannot be downloaded (http://127.0.0.1:1/toy.tar.gz: the connection is refused); try again where there is a " +
        `network, or put the files in toy.tar.gz into '${join(folder.path, 'toy-bin')}' by hand`,
    )
    const huge = { ...set('http://127.0.0.1:1/'), archive: { wanted: /x/, bytes: 1e18 } }
    expect(await told(huge)).toMatch(
      /^the disk of '.*' has no room for data set 'toy', which takes \d+ MB; make room/,
    )
    writeFileSync(join(folder.path, 'file'), '')
    expect(await told(set('http://127.0.0.1:1/'), join(folder.path, 'file'))).toMatch(
      /^data set 'toy' cannot be written to '.*file' \(.*\); set SELFSAME_DATA to a folder/,
    )
  })
})
