#!/usr/bin/env node
// Loads a server with pictures, as many connections as it takes: what rate it sustains, what twice that
// gets, what a flood gets, and whether its memory stays flat.
// Usage: node bench/serve.mjs MODEL|INDEX --pictures DIR [--route vector|neighbours|label] [--seconds 20] [--minutes 0]
// autocannon is brought by npm, once, into .cache/peers.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { extname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { inRoot } from '../scripts/lib/paths.mjs'
import { bringPeer } from '../scripts/lib/peers.mjs'

const AUTOCANNON = '9.0.0'
const TYPES = { '.jpg': 'image/jpeg', '.jpeg': 'image/jpeg', '.png': 'image/png', '.webp': 'image/webp' }
const MOST_PICTURES = 200

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pictures: { type: 'string' },
    route: { type: 'string', default: 'vector' },
    seconds: { type: 'string', default: '20' },
    minutes: { type: 'string', default: '0' },
    queue: { type: 'string', default: '128' },
  },
})
const [what] = positionals
if (!what || !values.pictures) {
  console.error(
    'usage: node bench/serve.mjs MODEL|INDEX --pictures DIR [--route neighbours] [--seconds 20] [--minutes 60]',
  )
  process.exit(2)
}
const autocannon = bringPeer('autocannon', AUTOCANNON)
const seconds = Number(values.seconds)
const queue = Number(values.queue)
const requests = picturesIn(values.pictures).map((path) => ({
  method: 'POST',
  path: `/v1/${values.route}`,
  headers: { 'content-type': TYPES[extname(path).toLowerCase()] },
  body: readFileSync(path),
}))
console.error(
  `${requests.length} pictures, ${Math.round(sum(requests.map(({ body }) => body.length)) / requests.length / 1000)} kB each on average`,
)

const server = spawn(
  process.execPath,
  [inRoot('dist/cli/bin.cjs'), 'serve', what, '--port', '0', '--queue', `${queue}`, '--json'],
  {
    stdio: ['ignore', 'pipe', 'inherit'],
  },
)
const { url } = JSON.parse(await firstLine(server))
try {
  // one after another: what a request costs by itself
  const alone = await load({ connections: 1, duration: seconds })
  // more than one batch always waits, and all have places
  const sustained = await load({ connections: Math.floor(queue / 2), duration: seconds })
  const twice = await openLoop(2 * sustained.per_second)
  // as many as can be, each asking again at once
  const flood = await load({ connections: 4 * queue, duration: seconds })
  const soak = Number(values.minutes) > 0 ? await soaked() : undefined
  console.log(
    JSON.stringify(
      { what, route: values.route, queue, alone, sustained, twice, flood, ...(soak && { soak }) },
      null,
      2,
    ),
  )
  const failed = [alone, sustained, twice, flood, soak?.load].some(
    (one) => one && (one.errors > 0 || one.others > 0),
  )
  if (failed || alone.busy > 0 || sustained.busy > 0) process.exitCode = 1
} finally {
  const ended = new Promise((resolve) => server.on('exit', resolve))
  server.kill('SIGTERM')
  const code = await ended
  console.error(`The server ended with ${code}.`)
}

/** Requests that were answered, refused as the server was busy, and all others, with seconds of waiting. */
async function load(options) {
  const began = await figures()
  const result = await autocannon({ url, requests, timeout: 120, ...options })
  const ended = await figures()
  const status = (code) => result.statusCodeStats?.[code]?.count ?? 0
  return {
    connections: options.connections,
    answered: status(200),
    per_second: round(status(200) / result.duration),
    busy: status(503),
    others: sum(
      Object.entries(result.statusCodeStats ?? {}).map(([code, { count }]) =>
        code === '200' || code === '503' ? 0 : count,
      ),
    ),
    // connections that broke and answers that never came
    errors: result.errors + result.timeouts + result.mismatches,
    median_ms: result.latency.p50,
    p99_ms: result.latency.p99,
    pictures_a_batch: round(
      (ended.selfsame_pictures_total - began.selfsame_pictures_total) /
        (ended.selfsame_batches_total - began.selfsame_batches_total),
    ),
    cpu_ms_a_picture: round(
      (1000 * (ended.process_cpu_seconds_total - began.process_cpu_seconds_total)) /
        (ended.selfsame_pictures_total - began.selfsame_pictures_total),
    ),
    memory_mb: Math.round(ended.process_resident_memory_bytes / 1e6),
  }
}

/** So many requests a second, whether or not earlier ones are answered. */
async function openLoop(rate) {
  const agent = new Agent({ keepAlive: true })
  const counts = { answered: 0, busy: 0, others: 0, errors: 0, without_retry_after: 0 }
  const took = []
  const one = (number) =>
    new Promise((resolve) => {
      const began = performance.now()
      const { method, path, headers, body } = requests[number % requests.length]
      const sent = request(
        url + path,
        { agent, method, headers: { ...headers, 'content-length': body.length } },
        (answer) => {
          answer.resume().on('end', () => {
            const kind = { 200: 'answered', 503: 'busy' }[answer.statusCode] ?? 'others'
            counts[kind]++
            if (kind === 'busy' && !answer.headers['retry-after']) counts.without_retry_after++
            if (kind === 'answered') took.push(performance.now() - began)
            resolve()
          })
        },
      )
      sent.on('error', () => {
        counts.errors++
        resolve()
      })
      sent.end(body)
    })
  const began = performance.now()
  const all = []
  while (performance.now() - began < 1000 * seconds) {
    const due = Math.floor(((performance.now() - began) / 1000) * rate)
    while (all.length < due) all.push(one(all.length))
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await Promise.all(all)
  agent.destroy()
  took.sort((a, b) => a - b)
  const { process_resident_memory_bytes: memory } = await figures()
  return {
    asked_per_second: round(rate),
    answered_per_second: round((1000 * counts.answered) / (performance.now() - began)),
    ...counts,
    median_ms: Math.round(took[Math.floor(took.length / 2)]),
    p99_ms: Math.round(took[Math.floor(took.length * 0.99)]),
    memory_mb: Math.round(memory / 1e6),
  }
}

/** Resident memory while it works at full rate, looked at every few seconds. */
async function soaked() {
  const minutes = Number(values.minutes)
  const memory = []
  const timer = setInterval(
    async () => memory.push((await figures()).process_resident_memory_bytes / 1e6),
    5000,
  )
  const under = await load({ connections: Math.floor(queue / 2), duration: 60 * minutes })
  clearInterval(timer)
  const third = Math.floor(memory.length / 3)
  const median = (some) => Math.round(some.toSorted((a, b) => a - b)[Math.floor(some.length / 2)])
  return {
    minutes,
    load: under,
    memory_mb: {
      first_third: median(memory.slice(0, third)),
      last_third: median(memory.slice(-third)),
      most: Math.round(Math.max(...memory)),
    },
  }
}

async function figures() {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Object.fromEntries(
    text
      .split('\n')
      .filter((line) => /^[a-z_]+ /.test(line))
      .map((line) => [line.split(' ')[0], Number(line.split(' ')[1])]),
  )
}

function picturesIn(folder) {
  const names = readdirSync(folder, { recursive: true }).filter(
    (name) => extname(name).toLowerCase() in TYPES,
  )
  const step = Math.max(1, Math.floor(names.length / MOST_PICTURES))
  return names
    .sort()
    .filter((_, i) => i % step === 0)
    .slice(0, MOST_PICTURES)
    .map((name) => join(folder, name))
}

function firstLine({ stdout }) {
  return new Promise((resolve, reject) => {
    let text = ''
    stdout.on('data', (data) => {
      text += data
      if (text.includes('\n')) resolve(text)
    })
    stdout.on('close', () => reject(new Error('the server did not start')))
  })
}

function sum(numbers) {
  return numbers.reduce((all, one) => all + one, 0)
}

function round(number) {
  return Math.round(10 * number) / 10
}
