// Who learns most from a folder of pictures in a few minutes, beside what needs no training: docs/own-pictures.md.
// Results are kept as they come, so that the command can be stopped, and what is there is not run again.
// usage: node bench/own-pictures.mjs --set NAME=FOLDER [--set …] [--methods smt-distilled,simclr,byol] [--minutes 3] [--seeds 0] [--runs DIR] [--keep] [--results FILE] [--page]
import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { decisionSection } from './decisions.mjs'

const { values } = parseArgs({
  options: {
    set: { type: 'string', multiple: true, default: [] },
    methods: { type: 'string', default: 'smt-distilled,simclr,byol' },
    minutes: { type: 'string', default: '3' },
    seeds: { type: 'string', default: '0' },
    runs: { type: 'string', default: '/tmp/own-pictures' },
    keep: { type: 'boolean', default: false },
    results: { type: 'string' },
    page: { type: 'boolean', default: false },
  },
})

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const KEPT = values.results ?? at('docs/own-pictures/results.jsonl')
const PAGE = at('docs/own-pictures.md')
const [BEGIN, END] = ['<!-- table: node bench/own-pictures.mjs --page -->', '<!-- end of table -->']

/** What is shown of a judgement: the line, and its head. */
const COLUMNS = { few_10: '10 labels a class', linear: 'linear', knn_20: '20-NN' }
const BASELINES = {
  pixels: 'raw pixels',
  whitened: 'whitened pixels',
  untrained: 'untrained',
  closed: 'closed form',
}

const kept = existsSync(KEPT)
  ? readFileSync(KEPT, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  : []

/** The answer of a command that prints JSON. */
function ask(...words) {
  const { stdout, status } = spawnSync(process.execPath, [at('dist/cli/bin.cjs'), ...words, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (status !== 0) throw new Error(`selfsame ${words.join(' ')} ended with ${status}`)
  return JSON.parse(stdout)
}

function measure(wanted, folder) {
  const run = join(values.runs, `${wanted.set}-${wanted.method}-${wanted.minutes}-${wanted.seed}`)
  rmSync(run, { recursive: true, force: true })
  const { method, minutes, seed } = wanted
  const trained = ask(
    'train',
    folder,
    '--method',
    method,
    '--minutes',
    `${minutes}`,
    '--seed',
    `${seed}`,
    '--run',
    run,
    // all have the same time
    '--stop-early',
    '0',
  )
  const { lines, judged, conclusion, decision } = ask('evaluate', run, '--protocol', 'few,linear,knn,decide')
  if (!values.keep) rmSync(run, { recursive: true, force: true })
  const shown = (of) =>
    Object.fromEntries(lines.filter(({ name }) => name in COLUMNS).map((line) => [line.name, of(line)]))
  const machine = cpus()[0]?.model.trim() ?? 'an unnamed processor'
  return {
    ...wanted,
    seconds: trained.seconds,
    steps: trained.steps,
    judged,
    scores: shown(({ scores }) => scores),
    leads: shown(({ lead }) => lead),
    decision,
    conclusion,
    cores: cpus().length,
    machine,
  }
}

const list = (text) => text.split(',').filter(Boolean)
for (const minutes of list(values.minutes).map(Number))
  for (const seed of list(values.seeds).map(Number))
    for (const named of values.set)
      for (const method of list(values.methods)) {
        const [, set, folder] = /^([^=]+)=(.+)$/.exec(named) ?? []
        if (!folder) throw new Error(`expected NAME=FOLDER, got ${named}`)
        const wanted = { set, method, minutes, seed }
        if (kept.some((one) => Object.entries(wanted).every(([key, value]) => one[key] === value))) continue
        const result = measure(wanted, folder)
        kept.push(result)
        mkdirSync(dirname(KEPT), { recursive: true })
        appendFileSync(KEPT, `${JSON.stringify(result)}\n`)
        console.log(JSON.stringify(wanted), result.conclusion)
      }

/** Mean over seeds, with half of the mean 95 % interval of one. */
function cell(scores) {
  const found = scores.filter(Boolean)
  if (found.length === 0) return '–'
  const mean = (of) => found.reduce((sum, one) => sum + of(one), 0) / found.length
  return `${(100 * mean((one) => one.mean)).toFixed(1)} ± ${(50 * mean((one) => one.high - one.low)).toFixed(1)}`
}

function table(results) {
  const head = `| | ${Object.values(COLUMNS).join(' | ')} | training, s |\n|---|${'--:|'.repeat(Object.keys(COLUMNS).length + 1)}`
  const row = (name, group, contender, seconds) =>
    `| ${name} | ${Object.keys(COLUMNS)
      .map((line) => cell(group.map(({ scores }) => scores[line]?.[contender])))
      .join(' | ')} | ${seconds} |`
  const methods = [...new Set(results.map(({ method }) => method))]
  // untrained differs from method to method: that of the first is shown
  const first = results.filter(({ method }) => method === methods[0])
  return [
    head,
    ...Object.entries(BASELINES).map(([contender, name]) => row(name, first, contender, '–')),
    ...methods.map((method) => {
      const group = results.filter((one) => one.method === method)
      const seconds = group.reduce((sum, one) => sum + one.seconds, 0) / group.length
      return row(`\`${method}\``, group, 'learned', seconds.toFixed(0))
    }),
  ].join('\n')
}

if (values.page) {
  const groups = new Map()
  for (const one of kept) {
    const title = `${one.set}, ${one.minutes} minutes`
    groups.set(title, [...(groups.get(title) ?? []), one])
  }
  const tables = [...groups].map(([title, results]) => {
    const seeds = new Set(results.map(({ seed }) => seed)).size
    return `### ${title}\n\n${seeds} ${seeds === 1 ? 'seed' : 'seeds'}; ${results[0].judged.pictures.toLocaleString('en')} of ${results[0].judged.of.toLocaleString('en')} pictures judged.\n\n${table(results)}`
  })
  const page = readFileSync(PAGE, 'utf8')
  const [before, rest] = page.split(BEGIN)
  const [, after] = rest.split(END)
  writeFileSync(
    PAGE,
    `${before}${BEGIN}\n\n${[...tables, decisionSection(kept)].filter(Boolean).join('\n\n')}\n\n${END}${after}`,
  )
}
