/** An encoder, and an index where there is one, over HTTP. */
import { createServer, type Server } from 'node:http'
import { type AddressInfo, isIP, type Socket } from 'node:net'
import { availableCores } from '../../cores.js'
import { SelfsameError, UsageError } from '../../errors.js'
import { setting } from '../../setting.js'
import type { PictureIndex } from '../store/index-reader.js'
import type { State } from './about.js'
import type { GateOptions } from './gate.js'
import { holdIndex } from './held-index.js'
import { LIMITS, type Limits } from './limits.js'
import { listener } from './listener.js'
import type { Logged } from './log.js'
import { metrics } from './metrics.js'
import { places } from './places.js'
import { sendRaw } from './respond.js'
import { routesOf } from './routes.js'
import { makeService, type ServedModel } from './service.js'

export interface ServeOptions extends Partial<GateOptions> {
  /** Closed when the server has stopped. */
  model: ServedModel
  /** Opens the index; done again when it changes on disk. */
  openIndex?: () => Promise<PictureIndex>
  /** Default 127.0.0.1; any address that is not of this machine alone needs a token. */
  host?: string
  /** Default 8765; 0 finds a free one. */
  port?: number
  limits?: Partial<Limits>
  /** Told when a request is over. */
  log?: (logged: Logged) => void
  /** Told in a sentence what else happens, such as an index that is opened anew. */
  note?: (sentence: string) => void
}

export interface Serving {
  url: string
  port: number
  /** Pictures of the index, where there is one. */
  pictures: number | undefined
  /** Takes no new connections, lets work in flight end within `stopSeconds`, and closes model and index. */
  stop(): Promise<void>
}

export const PORT = 8765
const OWN_HOST = '127.0.0.1'

/** @throws UsageError for a host that needs a token; SelfsameError where it cannot listen; what `openIndex` throws */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { model, openIndex, host = OWN_HOST, port = PORT, token, log = () => {}, note = () => {} } = options
  if (token === undefined && !isOwnHost(host))
    throw new UsageError(
      `on ${host} others reach the server, so it needs a token: give ${setting('tokenFile')} or set SELFSAME_TOKEN (openssl rand -hex 32 makes one)`,
    )
  const limits: Limits = { ...LIMITS, decoders: availableCores(), ...options.limits }
  const held = openIndex && (await holdIndex(openIndex, model.id, note))
  const counted = metrics()
  const state: State = {
    service: makeService(model, held, limits, counted),
    limits,
    counted,
    places: places(limits.queue, 'pictures'),
    stopping: false,
  }
  const { allowHosts = [], allowOrigins = [] } = options
  const gate: GateOptions = { allowHosts, allowOrigins, ...(token !== undefined && { token }) }
  const server = makeServer(state, gate, log, note)
  try {
    await state.service.warmUp()
    await listen(server, host, port)
  } catch (error) {
    await state.service.close()
    throw error
  }
  const address = server.address() as AddressInfo
  const name = isIP(host) === 6 ? `[${host}]` : host
  let stopped: Promise<void> | undefined
  return {
    url: `http://${name}:${address.port}`,
    port: address.port,
    pictures: held?.now.index.size,
    stop: () => {
      stopped ??= stop(server, state)
      return stopped
    },
  }
}

function makeServer(
  state: State,
  gate: GateOptions,
  over: (logged: Logged) => void,
  note: (sentence: string) => void,
): Server {
  const { limits, counted } = state
  const asked = { state, routes: routesOf(state), gate, over, note }
  const server = createServer({
    headersTimeout: 1000 * limits.headSeconds,
    requestTimeout: 1000 * limits.requestSeconds,
    // how often Node looks for those that are too slow
    connectionsCheckingInterval: Math.min(1000, 250 * limits.headSeconds),
    keepAliveTimeout: 30_000,
    maxHeaderSize: 16_384,
    // we say what is wrong with it ourselves
    requireHostHeader: false,
  })
  server.maxConnections = limits.connections
  server.setTimeout(1000 * limits.idleSeconds, (socket) => socket.destroy())
  server.on('request', listener(asked, false))
  server.on('checkContinue', listener(asked, true))
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const status = sendRaw(error, socket as Socket)
    if (status !== undefined) counted.request('other', status, 0)
  })
  return server
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = WHY[error.code ?? '']?.(host, port) ?? `it cannot listen on ${host}:${port} (${error.code})`
      reject(new SelfsameError(why))
    })
    server.listen(port, host, resolve)
  })
}

const WHY: Readonly<Record<string, (host: string, port: number) => string>> = {
  EADDRINUSE: (host, port) =>
    `port ${port} of ${host} is taken by another program; choose another with ${setting('port')}, or ${setting('port', 0)} for any free one`,
  EACCES: (_, port) =>
    `this user may not listen on port ${port}; choose one from 1024 on with ${setting('port')}`,
  EADDRNOTAVAIL: (host) => `${host} is no address of this machine; 0.0.0.0 stands for all of them`,
  ENOTFOUND: (host) => `there is no host '${host}'; 0.0.0.0 stands for all addresses of this machine`,
}

async function stop(server: Server, state: State): Promise<void> {
  state.stopping = true
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const late = setTimeout(() => server.closeAllConnections(), 1000 * state.limits.stopSeconds)
  await closed
  clearTimeout(late)
  await state.service.close()
}

function isOwnHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
