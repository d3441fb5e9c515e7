/** What a server says of itself. */
import type { Answer } from './call.js'
import type { Limits } from './limits.js'
import type { Metrics } from './metrics.js'
import type { Places } from './places.js'
import type { Service } from './service.js'

export interface State {
  service: Service
  limits: Limits
  counted: Metrics
  places: Places
  /** No new connections are taken; what is under way ends. */
  stopping: boolean
}

/** 200 when it may be sent requests; 503 while it stops, and when the model does not come back from a run. */
export function healthAnswer({ service, stopping }: State): Answer {
  const { live } = service
  const ready = live && !stopping
  return { status: ready ? 200 : 503, body: { live, ready } }
}

export function modelAnswer({ service: { model, held } }: State): Answer {
  const { preprocessing } = model
  const { size, share, channels, maximum, mean, std } = preprocessing
  const index = held && { name: held.now.name, pictures: held.now.index.size }
  return {
    body: {
      model: model.id,
      dimension: model.dimension,
      engine: model.engine,
      preprocessing: { size, share, channels, maximum, mean, std, decode_to: preprocessing.decodeTo ?? null },
      index: index ?? null,
    },
  }
}

export function metricsAnswer({ service, places, counted }: State): Answer {
  const { rss } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  const text = counted.text([
    { name: 'selfsame_pictures_held', help: 'Pictures of requests that are not over.', value: places.taken },
    {
      name: 'selfsame_queue_pictures',
      help: 'Pictures that wait to be decoded or encoded.',
      value: service.waiting,
    },
    {
      name: 'selfsame_working_pictures',
      help: 'Pictures that are decoded or encoded now.',
      value: service.working,
    },
    {
      name: 'selfsame_index_pictures',
      help: 'Pictures of the index.',
      value: service.held?.now.index.size ?? 0,
    },
    { name: 'process_resident_memory_bytes', help: 'Resident memory.', value: rss },
    {
      name: 'process_cpu_seconds_total',
      help: 'Processor time.',
      value: (user + system) / 1e6,
      type: 'counter',
    },
    {
      name: 'process_start_time_seconds',
      help: 'When the process began, since 1970.',
      value: Math.round(performance.timeOrigin / 1000),
    },
  ])
  return { headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }, body: text }
}
