// Runs one long command and shows life: an updating line on a terminal, a plain line every ten seconds elsewhere.
// All of it goes to stderr, so that `npm start -- --json` keeps its stdout clean.
import { spawn } from 'node:child_process'
import { Problem } from './problem.mjs'

const terminal = process.stderr.isTTY === true
const seconds = (start) => ((performance.now() - start) / 1000).toFixed(1)

export const say = (line) => process.stderr.write(`${line}\n`)

/** Runs `work(report)` under a name; `report(text)` tells what it is doing just now. */
export async function step(name, work) {
  const start = performance.now()
  let now = ''
  const life = () => `${name} … ${seconds(start)} s${now && `: ${now}`}`
  const show = () => (terminal ? process.stderr.write(`\r\x1b[K${life().slice(0, columns())}`) : say(life()))
  const timer = setInterval(show, terminal ? 200 : 10_000)
  if (!terminal) say(`${name} …`)
  try {
    const result = await work((text) => {
      now = text
    })
    clear()
    say(`${name}: done in ${seconds(start)} s`)
    return result
  } finally {
    clearInterval(timer)
    clear()
  }
}

const columns = () => (process.stderr.columns || 80) - 1
const clear = () => terminal && process.stderr.write('\r\x1b[K')

/** Runs a command to its end and gives its output; a failure is a Problem with the last useful lines. */
export async function command(program, args, { report, failure, ...options } = {}) {
  const { code, output } = await attempt(program, args, { report, ...options })
  if (code === 0) return output
  throw new Problem(`${lastUseful(output)}\n${failure ?? `${program} failed; its last lines are above.`}`)
}

/** The same, but gives `{ code, output }` back whatever happens. */
export function attempt(program, args, { report, ...options } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
    const chunks = []
    const take = (chunk) => {
      chunks.push(chunk)
      const line = String(chunk)
        .split(/[\r\n]+/)
        .findLast((text) => text.trim())
      if (line) report?.(line.trim())
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.on('error', (error) => resolve({ code: 1, output: `${program}: ${error.message}` }))
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() }))
  })
}

/** The lines that name the mistake: the errors with what follows them, or else the end. */
export function lastUseful(output, count = 25) {
  const lines = output.trim().split('\n')
  const first = lines.findIndex((line) => /\berror\b|^E: |cannot find|undefined reference/i.test(line))
  return (first < 0 ? lines.slice(-count) : lines.slice(first, first + count)).join('\n')
}
