/** One request, from its head to the end of its answer. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { sentence } from '../../sentence.js'
import type { State } from './about.js'
import { type Budget, drain, readBody, refuseLong } from './body.js'
import { type Answer, type Call, checkParameters, type Route } from './call.js'
import { checkGate, type GateOptions, originHeaders } from './gate.js'
import { HUNG_UP, type Logged } from './log.js'
import { Gone, Refusal } from './refusal.js'
import { refusalOf, send } from './respond.js'
import { findRoutes } from './routes.js'
import { type Uploads, uploadsOf } from './uploads.js'

export interface ListenerOptions {
  state: State
  routes: readonly Route[]
  gate: GateOptions
  /** Told when a request is over. */
  over(logged: Logged): void
  /** Told why a request failed by a fault of ours. */
  note(sentence: string): void
}

const LONGEST_PREFLIGHT = '600'
/** ms before a busy server says so: who asks again at once would leave it no time for what it holds. */
const PATIENCE = 200

export type Listener = (request: IncomingMessage, response: ServerResponse) => void

/** @param expects whether requests wait for `100 Continue` before they send their body */
export function listener({ state, routes, gate, over, note }: ListenerOptions, expects: boolean): Listener {
  const { limits, places, counted } = state
  const budget = budgetOf(state)
  return (request, response) => {
    const began = performance.now()
    const hangUp = new AbortController()
    const { method = '', url = '' } = request
    const { path, query } = targetOf(url)
    const found = findRoutes(routes, path)
    let pictures = 0
    let bytes = 0
    const ends: (() => void)[] = []
    response.on('close', () => {
      hangUp.abort()
      for (const end of ends) end()
      const status = response.writableFinished ? response.statusCode : HUNG_UP
      const milliseconds = performance.now() - began
      counted.request(found.routes[0]?.path ?? 'other', status, milliseconds / 1000)
      const from = request.socket.remoteAddress ?? ''
      over({ method, path, status, milliseconds, bytes, pictures, from })
    })

    const uploads = async (): Promise<Uploads> => {
      // the body is not asked for, where there is no room for what is in it
      places.check()
      refuseLong(request, limits.bodyBytes)
      if (expects) response.writeContinue()
      const { body, release } = await readBody(request, limits.bodyBytes, budget)
      ends.push(release)
      bytes = body.length
      const sent = uploadsOf(body, request.headers['content-type'], limits.files)
      occupy(sent.pictures.length)
      pictures = sent.pictures.length
      return sent
    }
    const occupy = (count: number) => {
      const back = places.take(count)
      if (hangUp.signal.aborted) back()
      else ends.push(back)
    }

    const answer = async (): Promise<Answer> => {
      checkGate(request.headers, gate)
      if (path === '') throw new Refusal(400, 'the address of the request is no path')
      const call = {
        query,
        part: found.part,
        headers: request.headers,
        signal: hangUp.signal,
        uploads,
        occupy,
      }
      return await dispatch(method, found.routes, call)
    }
    const finish = (given: Answer) => {
      drain(request, limits.bodyBytes)
      const more = originHeaders(request.headers.origin, gate)
      send(response, given, state.stopping ? { ...more, connection: 'close' } : more)
    }
    answer().then(finish, (error: unknown) => {
      if (error instanceof Gone) return
      if (!(error instanceof Refusal)) {
        counted.failed()
        note(`${method} ${path} failed: ${sentence(error)}`)
      }
      const refuse = () => finish(refusalOf(error))
      if (error instanceof Refusal && error.status === 503) setTimeout(refuse, PATIENCE)
      else refuse()
    })
  }
}

async function dispatch(method: string, routes: readonly Route[], call: Call): Promise<Answer> {
  if (routes.length === 0)
    throw new Refusal(404, 'there is nothing at this address; GET /openapi.json describes what there is')
  const methods = routes.flatMap((route) => (route.method === 'GET' ? ['GET', 'HEAD'] : [route.method]))
  const allow = [...methods, 'OPTIONS'].join(', ')
  if (method === 'OPTIONS') return preflight(call, allow)
  const route = routes.find((one) => one.method === method || (one.method === 'GET' && method === 'HEAD'))
  if (!route)
    throw new Refusal(405, `expected ${methods.join(' or ')} at this address, got ${method}`, { allow })
  checkParameters(call.query, route.parameters)
  return await route.answer(call)
}

function preflight({ headers }: Call, allow: string): Answer {
  const asked = headers['access-control-request-method'] !== undefined
  return {
    status: 204,
    headers: {
      allow,
      ...(asked && {
        'access-control-allow-methods': allow,
        'access-control-allow-headers': 'authorization, content-type',
        'access-control-max-age': LONGEST_PREFLIGHT,
      }),
    },
    body: '',
  }
}

function targetOf(url: string): { path: string; query: URLSearchParams } {
  const base = 'http://self'
  const whole = url.startsWith('/') ? base + url : url
  if (!URL.canParse(whole)) return { path: '', query: new URLSearchParams() }
  const { pathname, searchParams } = new URL(whole)
  return { path: pathname, query: searchParams }
}

const budgets = new WeakMap<State, Budget>()

/** One for all requests of a server, whether they wait for `100 Continue` or not. */
function budgetOf(state: State): Budget {
  const budget = budgets.get(state) ?? { left: state.limits.heldBytes }
  budgets.set(state, budget)
  return budget
}
