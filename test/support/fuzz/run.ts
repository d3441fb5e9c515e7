import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { corpusOf } from './corpus.js'

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url))
const CRASHES = 5

/** What became of many damaged pictures. */
export interface FuzzReport {
  /** read although damaged */
  read: number
  /** set aside, by reason */
  reasons: Map<string, number>
  /** crashes, hangs and everything else that must not be: the seed and what happened */
  faults: string[]
  /** resident memory in bytes: once warm, at the end, and the most */
  memory: { warm: number; end: number; most: number }
  seconds: number
}

interface Line {
  seed: number
  name?: string
  outcome?: string
  faults?: string[]
  rss?: number
}

/**
 * Has damaged pictures decoded by a process of its own, which is started anew after a crash.
 * @param awkward folder of real files, where there is one
 * @param work an empty folder
 */
export async function fuzz(
  first: number,
  count: number,
  awkward: string | undefined,
  work: string,
): Promise<FuzzReport> {
  const [corpus, out] = [join(work, 'corpus'), join(work, 'out')]
  for (const folder of [corpus, out]) mkdirSync(folder)
  for (const { name, bytes } of await corpusOf(awkward)) writeFileSync(join(corpus, name), bytes)
  const report: FuzzReport = {
    read: 0,
    reasons: new Map(),
    faults: [],
    memory: { warm: 0, end: 0, most: 0 },
    seconds: 0,
  }
  const start = performance.now()
  for (let seed = first, crashes = 0; seed < first + count && crashes < CRASHES; crashes++) {
    const { last, how } = await runChild([corpus, out, String(seed), String(first + count)], (line) => {
      note(report, line, line.seed - first === Math.floor(count / 4))
    })
    if (how !== undefined) report.faults.push(`seed ${last.seed} (${last.name}): ${how}`)
    seed = last.seed + 1
  }
  report.seconds = (performance.now() - start) / 1000
  return report
}

function note(report: FuzzReport, { seed, outcome, faults = [], rss = 0 }: Line, warm: boolean): void {
  if (outcome === undefined) return
  if (outcome.startsWith('picture')) report.read++
  else report.reasons.set(outcome, (report.reasons.get(outcome) ?? 0) + 1)
  for (const fault of faults) report.faults.push(`seed ${seed}: ${fault.slice(1)}`)
  const { memory } = report
  if (warm) memory.warm = rss
  memory.end = rss
  memory.most = Math.max(memory.most, rss)
}

/** Runs one process to its end; `how` says how it ended where it did not end well. */
function runChild(
  args: readonly string[],
  heard: (line: Line) => void,
): Promise<{ last: Line; how?: string }> {
  return new Promise((resolve, reject) => {
    const node = ['--expose-gc', '--max-old-space-size=1024', '--import', 'jiti/register', CHILD, ...args]
    const child = spawn(process.execPath, node, { stdio: ['ignore', 'pipe', 'pipe'] })
    let last: Line = { seed: Number(args[2]) }
    let said = ''
    createInterface({ input: child.stdout }).on('line', (text) => {
      last = { ...last, ...JSON.parse(text) }
      heard(JSON.parse(text))
    })
    child.stderr.on('data', (data) => {
      said = `${said}${data}`.slice(-2000)
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) resolve({ last })
      else resolve({ last, how: `the process ended with ${signal ?? code}: ${said}` })
    })
  })
}
