// Who learns most from a folder of pictures in a few minutes, beside what needs no training: docs/own-pictures.md.
// Results are kept as they come, so that the command can be stopped, and what is there is not run again.
// usage: node bench/own-pictures.mjs --set NAME=FOLDER [--set …] [--methods smt-distilled,simclr,byol] [--minutes 3] [--seeds 0]
//        [--passes N [--numbers KEY=VALUE,…]] [--runs DIR] [--keep] [--again] [--results FILE] [--page]
// --passes trains so many in place of the minutes, what a quiet machine does in them, so that a busy one gives the same; the
// numbers that a method takes for so many minutes are then given, too.
// --keep leaves the runs where they are; --again judges those anew, and trains none; --page writes the page.
import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { COLUMNS } from './own-pictures/columns.mjs'
import { sections } from './own-pictures/page.mjs'

const { values } = parseArgs({
  options: {
    set: { type: 'string', multiple: true, default: [] },
    methods: { type: 'string', default: 'smt-distilled,simclr,byol' },
    minutes: { type: 'string', default: '3' },
    seeds: { type: 'string', default: '0' },
    passes: { type: 'string' },
    numbers: { type: 'string', default: '' },
    runs: { type: 'string', default: '/tmp/own-pictures' },
    keep: { type: 'boolean', default: false },
    again: { type: 'boolean', default: false },
    results: { type: 'string' },
    page: { type: 'boolean', default: false },
  },
})

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const KEPT = values.results ?? at('docs/own-pictures/results.jsonl')
const PAGE = at('docs/own-pictures.md')
const [BEGIN, END] = ['<!-- table: node bench/own-pictures.mjs --page -->', '<!-- end of table -->']

let kept = existsSync(KEPT)
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

/** Of all minutes, to their end. */
const trained = ({ method, minutes, seed }, folder, run) => {
  rmSync(run, { recursive: true, force: true })
  const length = values.passes ? ['--epochs', values.passes] : ['--minutes', `${minutes}`]
  const set = list(values.numbers).flatMap((one) => ['--set', one])
  const numbers = [...length, ...set, '--seed', `${seed}`, '--stop-early', '0']
  return ask('train', folder, '--method', method, ...numbers, '--run', run)
}

const runOf = ({ set, method, minutes, seed }) => join(values.runs, `${set}-${method}-${minutes}-${seed}`)
const endOf = (run) => join(run, 'training.json')

function measure(wanted, folder) {
  const run = runOf(wanted)
  const { seconds, steps } = values.again
    ? JSON.parse(readFileSync(endOf(run), 'utf8'))
    : trained(wanted, folder, run)
  const { lines, judged, conclusion, decision } = ask('evaluate', run, '--protocol', 'few,linear,knn,decide')
  if (!values.keep) rmSync(run, { recursive: true, force: true })
  const shown = (of) =>
    Object.fromEntries(lines.filter(({ name }) => name in COLUMNS).map((line) => [line.name, of(line)]))
  return {
    ...wanted,
    seconds,
    steps,
    ...(values.passes && { passes: Number(values.passes) }),
    judged,
    scores: shown(({ scores }) => scores),
    leads: shown(({ lead }) => lead),
    decision,
    conclusion,
    cores: cpus().length,
    machine: cpus()[0]?.model.trim() ?? 'an unnamed processor',
  }
}

const isSame = (wanted) => (one) => Object.entries(wanted).every(([key, value]) => one[key] === value)

function keepResult(result) {
  mkdirSync(dirname(KEPT), { recursive: true })
  const { set, method, minutes, seed } = result
  const others = kept.filter((one) => !isSame({ set, method, minutes, seed })(one))
  const isNew = others.length === kept.length
  kept = [...others, result]
  if (isNew) appendFileSync(KEPT, `${JSON.stringify(result)}\n`)
  else writeFileSync(KEPT, kept.map((one) => `${JSON.stringify(one)}\n`).join(''))
}

const list = (text) => text.split(',').filter(Boolean)
for (const minutes of list(values.minutes).map(Number))
  for (const seed of list(values.seeds).map(Number))
    for (const named of values.set)
      for (const method of list(values.methods)) {
        const [, set, folder] = /^([^=]+)=(.+)$/.exec(named) ?? []
        if (!folder) throw new Error(`expected NAME=FOLDER, got ${named}`)
        const wanted = { set, method, minutes, seed }
        if (values.again ? !existsSync(endOf(runOf(wanted))) : kept.some(isSame(wanted))) continue
        const result = measure(wanted, folder)
        keepResult(result)
        console.log(JSON.stringify(wanted), result.conclusion)
      }

if (values.page) {
  const page = readFileSync(PAGE, 'utf8')
  const [start, rest] = page.split(BEGIN)
  const [, after] = rest.split(END)
  writeFileSync(PAGE, `${start}${BEGIN}\n\n${sections(kept).join('\n\n')}\n\n${END}${after}`)
}
