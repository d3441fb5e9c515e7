/** Who is measured by `selfsame bench`, as commands, and where the page goes. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Rounds, type Side, WORKLOADS } from '../../bench/index.js'
import { availableCores } from '../../cores.js'
import { UsageError } from '../../errors.js'
import { encoderChange } from '../../learn/encoder/encoders.js'
import { writeAtomically, writeJson } from '../../run/index.js'
import { deviceInUse } from '../../torch/index.js'
import { machineInWords, precisionFor, slowPrecision } from '../../trainer/machine.js'
import type { Progress } from '../../trainer/progress.js'

export interface BenchOptions {
  workload: string
  precision: 'auto' | 'f32' | 'bf16'
  seconds?: number
  rounds: number
  parts: string
  photographs?: string
  set: string
  peer?: string
  python: string
  out?: string
  json?: boolean
}

export const PRECISIONS = ['f32', 'bf16', 'auto'] as const

/** Of the quick start, which is what workload d trains. */
const QUICK_START = 'small'

/** As settings have it. `auto` is what a run with the workload's encoder would take. */
export function precisionGiven(
  { precision, workload }: Pick<BenchOptions, 'precision' | 'workload'>,
  best?: 'float32' | 'bfloat16',
): 'float32' | 'bfloat16' {
  if (precision === 'auto') {
    const { name = QUICK_START } = encoderChange(WORKLOADS[workload]?.change.encoder) ?? {}
    return precisionFor({ name }, best)
  }
  return precision === 'f32' ? 'float32' : 'bfloat16'
}

/** Says before anything is measured what will be, and what will make it slow. */
export function announce(options: BenchOptions, what: string, progress: Pick<Progress, 'note'>): void {
  for (const warning of slowPrecision(precisionGiven(options))) progress.note(warning)
  progress.note(`Measuring ${what}, each after a short warm-up`)
}

export function precisionOf(options: BenchOptions): 'f32' | 'bf16' {
  return precisionGiven(options) === 'bfloat16' ? 'bf16' : 'f32'
}

/** Our own command line with `--json`, and so many more words. */
export function ours(options: BenchOptions, seconds: number, words: readonly string[]): Side {
  const precision = precisionOf(options)
  const main = fileURLToPath(new URL('../bin.cjs', import.meta.url))
  return {
    name: `ours, ${precision}`,
    command: [
      process.execPath,
      ...[main, 'bench', '--json', '--workload', options.workload],
      ...['--precision', precision, '--seconds', String(seconds), ...words],
    ],
  }
}

/** Without these glibc maps and unmaps every large tensor anew; set from outside they are what a user of PyTorch can do. */
const ALLOCATOR = {
  MALLOC_MMAP_THRESHOLD_: String(2 ** 34),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 34),
  MALLOC_TOP_PAD_: String(2 ** 28),
  GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
}

/** @throws UsageError when lightly's sources or a Python for them are not there, before anything is measured */
export function checkPeer({ peer, python }: Pick<BenchOptions, 'peer' | 'python'>): void {
  if (peer === undefined) return
  if (!existsSync(join(peer, 'lightly')))
    throw new UsageError(
      `--peer needs the sources of lightly, and there is no ${join(peer, 'lightly')}: give the folder they were unpacked to`,
    )
  const { error, status } = spawnSync(python, ['-c', 'import torch, torchvision'], { stdio: 'ignore' })
  if (error || status !== 0)
    throw new UsageError(
      `--peer needs a Python that has PyTorch and torchvision, and ${python} ${error ? `did not start (${error.message})` : 'lacks one of them'}: name another with --python`,
    )
}

/** lightly as its users write it, in our precision, and with the allocator's settings. */
export function peers(
  options: BenchOptions,
  peer: string,
  seconds: number,
  words: readonly string[],
): Side[] {
  const script = fileURLToPath(new URL('../../../bench/peer/lightly_bench.py', import.meta.url))
  const cores = String(availableCores())
  const [kind = 'cpu'] = deviceInUse().split(':')
  const command = (precision: 'f32' | 'bf16'): Side['command'] => [
    options.python,
    ...[script, '--lightly', peer, '--workload', options.workload, '--precision', precision],
    ...['--seconds', String(seconds), '--threads', cores, '--workers', cores, '--device', kind, ...words],
  ]
  const precision = precisionOf(options)
  const allocator = {
    name: `lightly, ${precision}, allocator settings`,
    command: command(precision),
    env: ALLOCATOR,
  }
  return [
    { name: 'lightly as written, f32', command: command('f32') },
    ...(precision === 'bf16' ? [{ name: 'lightly, bf16', command: command('bf16') }] : []),
    // of the CPU's memory
    ...(kind === 'cpu' ? [allocator] : []),
  ]
}

/** What a page says of its making. */
export function making(words: string) {
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: machineInWords(),
    command: `npx selfsame bench ${words}`,
  }
}

/** Writes the page, and its figures as JSON, where it is asked for, and beside a peer into `bench/results` otherwise. */
export function writePage<F>(
  text: string,
  rounds: Rounds<F>,
  { name, ...about }: { name: string; title: string } & ReturnType<typeof making>,
  { out, peer }: BenchOptions,
  progress: Progress,
): void {
  const folder = out ?? (peer ? join('bench', 'results') : undefined)
  if (!folder) return
  const device = deviceInUse() === 'cpu' ? '' : `-${deviceInUse().replace(':', '')}`
  const path = join(folder, `${about.date}-${name}${device}`)
  writeAtomically(`${path}.md`, text)
  const sides = [...rounds].map(([side, figures]) => ({ name: side.name, figures }))
  writeJson(`${path}.json`, { ...about, sides })
  progress.note(`Written to ${path}.md`)
}
