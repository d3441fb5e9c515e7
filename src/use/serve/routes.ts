/** All that can be asked. */

import { healthAnswer, metricsAnswer, modelAnswer, type State } from './about.js'
import { labelAnswer, neighboursAnswer, rowAnswer, thumbnailAnswer, vectorAnswer } from './answers.js'
import type { Answer, Route } from './call.js'
import { describe } from './openapi.js'

export function routesOf(state: State): Route[] {
  const { service, limits } = state
  const get = (path: string, answer: Route['answer'], parameters: readonly string[] = []): Route => ({
    method: 'GET',
    path,
    parameters,
    answer,
  })
  const post = (path: string, answer: Route['answer'], parameters: readonly string[]): Route => ({
    method: 'POST',
    path,
    parameters,
    answer,
  })
  const description: Answer = { body: describe(service.model, limits) }
  return [
    get('/health', () => healthAnswer(state)),
    get('/metrics', () => metricsAnswer(state)),
    get('/openapi.json', () => description),
    get('/v1/model', () => modelAnswer(state)),
    post('/v1/vector', (call) => vectorAnswer(call, service), ['format', 'length']),
    post('/v1/neighbours', (call) => neighboursAnswer(call, service, limits), ['k']),
    post('/v1/label', (call) => labelAnswer(call, service, limits), ['k']),
    get('/v1/rows/{row}', (call) => rowAnswer(call, service)),
    get('/v1/rows/{row}/thumbnail', (call) => thumbnailAnswer(call, service), ['index']),
  ]
}

/** Those of a path, by method, with what stands in the place of `{row}`. */
export function findRoutes(
  routes: readonly Route[],
  path: string,
): { part: string | undefined; routes: Route[] } {
  const parts = path.split('/')
  let part: string | undefined
  const found = routes.filter((route) => {
    const its = route.path.split('/')
    return (
      its.length === parts.length &&
      its.every((one, i) => {
        if (one !== '{row}') return one === parts[i]
        part = parts[i]
        return true
      })
    )
  })
  return { part, routes: found }
}
