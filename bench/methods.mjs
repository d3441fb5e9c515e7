#!/usr/bin/env node
// Every method with the same encoder on the same pictures: k-NN and logistic regression on CIFAR-10, mean and spread over seeds.
// Usage: node bench/methods.mjs --data cifar10 [--methods a,b] [--seeds 3] [--pictures 50000] [--epochs 1] [--jobs 2]
//        [--runs FILE.jsonl] [--out docs/results.md] [--set '{"batch":128}']
// Finished runs are kept in FILE.jsonl, so that the command can be stopped and started again.
import { execFile } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { METHODS } from '../dist/index.js'
import { markdown } from './methods-table.mjs'

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: 'cifar10' },
    methods: { type: 'string' },
    seeds: { type: 'string', default: '3' },
    pictures: { type: 'string', default: '50000' },
    epochs: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    preset: { type: 'string', default: 'small' },
    runs: { type: 'string', default: 'runs/methods.jsonl' },
    out: { type: 'string' },
    set: { type: 'string', default: '{}' },
  },
})

const seeds = Array.from({ length: Number(values.seeds) }, (_, seed) => seed)
const names = values.methods?.split(',') ?? Object.keys(METHODS)
const settings = JSON.parse(values.set)
const shared = {
  data: values.data,
  pictures: Number(values.pictures),
  epochs: Number(values.epochs),
  preset: values.preset,
  settings,
}
// seed by seed, so that a run that is cut short has every method; the untrained encoders and the pixels come first
const baselines = ['small', 'vit-mini/4'].map((encoder) => ({ ...shared, untrained: encoder }))
const wanted = seeds.flatMap((seed) =>
  [...baselines, ...names.map((method) => ({ ...shared, method }))].map((run) => ({ ...run, seed })),
)

mkdirSync(dirname(values.runs), { recursive: true })
const done = existsSync(values.runs)
  ? readFileSync(values.runs, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  : []
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b)
const waiting = wanted.filter((run) => !done.some(({ wanted: other }) => same(other, run)))
const worker = fileURLToPath(new URL('methods-run.mjs', import.meta.url))
const began = performance.now()

async function work() {
  for (let run = waiting.shift(); run; run = waiting.shift()) {
    const label = `${run.method ?? `untrained ${run.untrained}`}, seed ${run.seed}`
    try {
      const { stdout } = await promisify(execFile)(process.execPath, [worker, JSON.stringify(run)], {
        // one thread a process: two runs side by side waste less than one on two cores
        env: { ...process.env, SELFSAME_THREADS: values.jobs === '1' ? '' : '1', OMP_WAIT_POLICY: 'passive' },
        maxBuffer: 2 ** 24,
      })
      const result = { wanted: run, ...JSON.parse(stdout.trim().split('\n').at(-1)) }
      appendFileSync(values.runs, `${JSON.stringify(result)}\n`)
      done.push(result)
      const { knn, linear, seconds, collapse } = result
      const minutes = ((performance.now() - began) / 60_000).toFixed(1)
      console.error(
        `${label}: k-NN ${(100 * knn).toFixed(1)}, linear ${(100 * linear).toFixed(1)}, ${collapse}, ${seconds.training.toFixed(0)} + ${seconds.judging.toFixed(0)} s; ${waiting.length} left, ${minutes} min`,
      )
    } catch (error) {
      console.error(`${label} failed: ${error.stderr?.trim().split('\n').at(-1) ?? error.message}`)
      process.exitCode = 1
    }
  }
}

await Promise.all(Array.from({ length: Number(values.jobs) }, work))
const results = wanted.flatMap((run) => done.filter((one) => same(one.wanted, run)))
const command = `node bench/methods.mjs ${process.argv.slice(2).join(' ')}`
const text = markdown(results, { command, machine: cpus()[0].model.trim(), jobs: values.jobs })
if (values.out) writeFileSync(values.out, text)
else console.log(text)
