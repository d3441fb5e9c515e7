/** What a server tells Prometheus (text format 0.0.4). */

/** Upper bounds of the latency histogram, s. */
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export interface Metrics {
  /** A request is over. @param route its path as in the description, of which there are few */
  request(route: string, status: number, seconds: number): void
  /** So many pictures were given vectors, in one run of the model. */
  batch(pictures: number): void
  unread(): void
  failed(): void
  /** @param gauges what is so now, by name, with what it is */
  text(gauges: readonly Gauge[]): string
}

export interface Gauge {
  name: string
  help: string
  value: number
  type?: 'gauge' | 'counter'
}

interface Latency {
  buckets: number[]
  sum: number
  count: number
}

export function metrics(): Metrics {
  const requests = new Map<string, number>()
  const latencies = new Map<string, Latency>()
  let pictures = 0
  let batches = 0
  let unread = 0
  let failed = 0
  return {
    request(route, status, seconds) {
      const key = `route="${route}",status="${status}"`
      requests.set(key, (requests.get(key) ?? 0) + 1)
      const latency = latencies.get(route) ?? { buckets: BOUNDS.map(() => 0), sum: 0, count: 0 }
      latencies.set(route, latency)
      for (const [i, bound] of BOUNDS.entries()) if (seconds <= bound) latency.buckets[i]!++
      latency.sum += seconds
      latency.count++
    },
    batch(count) {
      pictures += count
      batches++
    },
    unread: () => {
      unread++
    },
    failed: () => {
      failed++
    },
    text(gauges) {
      return [
        ...head('selfsame_requests_total', 'counter', 'Requests that are over.'),
        ...Array.from(requests, ([labels, value]) => `selfsame_requests_total{${labels}} ${value}`),
        ...head(
          'selfsame_request_seconds',
          'histogram',
          'From the head of a request to the end of its answer.',
        ),
        ...Array.from(latencies, ([route, latency]) => histogram(route, latency)).flat(),
        ...counter('selfsame_pictures_total', 'Pictures that were given vectors.', pictures),
        ...counter('selfsame_batches_total', 'Runs of the model.', batches),
        ...counter('selfsame_unread_pictures_total', 'Pictures that could not be read.', unread),
        ...counter('selfsame_failures_total', 'Requests that failed by no fault of theirs.', failed),
        ...gauges.flatMap(({ name, help, value, type = 'gauge' }) => [
          ...head(name, type, help),
          `${name} ${value}`,
        ]),
        '',
      ].join('\n')
    },
  }
}

function head(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]
}

function counter(name: string, help: string, value: number): string[] {
  return [...head(name, 'counter', help), `${name} ${value}`]
}

function histogram(route: string, { buckets, sum, count }: Latency): string[] {
  const name = 'selfsame_request_seconds'
  return [
    ...BOUNDS.map((bound, i) => `${name}_bucket{route="${route}",le="${bound}"} ${buckets[i]}`),
    `${name}_bucket{route="${route}",le="+Inf"} ${count}`,
    `${name}_sum{route="${route}"} ${sum}`,
    `${name}_count{route="${route}"} ${count}`,
  ]
}
