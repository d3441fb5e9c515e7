/** A headless Chromium on pages that a test serves from folders. */
import { accessSync, constants, createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { delimiter, extname, join } from 'node:path'
import { bringPeer } from '../../scripts/lib/peers.mjs'

export const PLAYWRIGHT = '1.65.1'
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const TYPES: Record<string, string> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
}

export interface Page {
  goto(url: string): Promise<unknown>
  evaluate<R>(work: string): Promise<R>
  setInputFiles(selector: string, path: string): Promise<void>
  waitForFunction(work: string, argument?: unknown, options?: { timeout: number }): Promise<unknown>
  textContent(selector: string): Promise<string | null>
  keyboard: { press(key: string): Promise<void> }
  on(event: 'request', heard: (request: { url(): string }) => void): void
  context(): { setOffline(offline: boolean): Promise<void> }
}
interface Browser {
  newPage(): Promise<Page>
  close(): Promise<void>
}
interface Playwright {
  chromium: { launch(options: object): Promise<Browser> }
}

/** The browser's program, by `CHROMIUM` or on the path. @throws Error where there is none */
function chromium(): string {
  const given = process.env.CHROMIUM
  const places = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  for (const path of given ? [given] : places) {
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // the next
    }
  }
  throw new Error(
    'this test needs Chromium: install it (apt-get install chromium), or say with CHROMIUM where it is',
  )
}

export async function openBrowser(): Promise<Browser> {
  const { chromium: launcher } = bringPeer('playwright-core', PLAYWRIGHT) as Playwright
  return await launcher.launch({ executablePath: chromium(), args: ['--no-sandbox'] })
}

/** Serves folders and files, each at the start of a path, and an empty page at /. */
export async function serveFolders(places: Record<string, string>): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '').split('?')[0] as string)
    if (path === '/') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>test</title>')
      return
    }
    const start = Object.keys(places).find(
      (one) => path === one || (one.endsWith('/') && path.startsWith(one)),
    )
    const file =
      start && (start.endsWith('/') ? join(places[start] as string, path.slice(start.length)) : places[start])
    if (!file || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end()
      return
    }
    const type = TYPES[extname(file)] ?? 'application/octet-stream'
    response.writeHead(200, { 'content-type': type, 'content-length': statSync(file).size })
    createReadStream(file).pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
}
