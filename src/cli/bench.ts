/** How fast training is on this machine, beside lightly where its sources are given. */
import { mkdirSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Command, Option } from 'commander'
import {
  compare,
  type Figures,
  measureWorkload,
  PARTS,
  type Part,
  page,
  type Side,
  SPEEDS,
  WORKLOADS,
} from '../bench/index.js'
import { UsageError } from '../errors.js'
import { writeAtomically } from '../run/index.js'
import { bestPrecision } from './machine.js'
import { counting, decimal, listed } from './options.js'
import { Progress } from './progress.js'

interface BenchOptions {
  workload: string
  precision: 'auto' | 'f32' | 'bf16'
  seconds: number
  rounds: number
  parts: string
  photographs?: string
  peer?: string
  python: string
  out?: string
  json?: boolean
}

const PRECISIONS = { f32: 'float32', bf16: 'bfloat16', auto: bestPrecision() } as const

export function define(command: Command): void {
  command
    .addOption(
      new Option(
        '--workload <name>',
        'a: ResNet-18 at 32 px; b: ResNet-50 at 224 px; c: ViT-S/16 with multi-crop',
      )
        .choices(Object.keys(WORKLOADS))
        .default('a'),
    )
    .addOption(
      new Option('--precision <type>', 'auto takes bf16 where the processor has it')
        .choices(Object.keys(PRECISIONS))
        .default('auto'),
    )
    .option('--seconds <n>', 'how long each part is timed', decimal, 20)
    .option('--rounds <n>', 'how often each side is measured, in turn', counting, 3)
    .option('--parts <list>', `any of ${PARTS.join(',')}`, PARTS.join(','))
    .option('--photographs <folder>', 'JPEG files for workloads b and c')
    .option('--peer <folder>', 'the sources of lightly, to be measured in turn')
    .option('--python <program>', 'a Python that has PyTorch and torchvision', '/usr/bin/python3')
    .option('--out <folder>', 'where a dated page is written; bench/results with --peer')
    .option('--json', 'measure ours once and print one JSON object')
    .addHelpText('after', '\nExample:\n  npx selfsame bench --workload a --precision f32 --seconds 10 --json')
    .action(async (options: BenchOptions) => {
      const parts = listed(options.parts, PARTS, 'part')
      if (options.json) console.log(JSON.stringify(await measuredHere(options, parts)))
      else console.log(await measuredInTurn(options, parts))
    })
}

function measuredHere({ workload, precision, seconds, photographs }: BenchOptions, parts: readonly Part[]) {
  return measureWorkload(workload, {
    precision: PRECISIONS[precision],
    seconds,
    parts,
    photographs: photographsOf(workload, photographs),
  })
}

function photographsOf(workload: string, folder: string | undefined): string {
  if (WORKLOADS[workload]?.pictures === 'photographs' && !folder)
    throw new UsageError(`workload ${workload} reads JPEG files: name their folder with --photographs`)
  return folder ?? ''
}

/** @returns the page */
async function measuredInTurn(options: BenchOptions, parts: readonly Part[]): Promise<string> {
  const { workload, rounds, peer } = options
  photographsOf(workload, options.photographs)
  const progress = new Progress()
  const sides = [oursOf(options, parts), ...(peer ? peersOf(options, parts) : [])]
  const found = await compare(sides, {
    rounds,
    onMeasured: (side, figures) => progress.note(`${side.name}: ${inWords(figures)}`),
  })
  const date = new Date().toISOString().slice(0, 10)
  const text = page(found, {
    title: WORKLOADS[workload]?.title ?? workload,
    date,
    machine: `${availableParallelism()} cores of ${cpus()[0]?.model.trim() ?? 'an unknown processor'}`,
    command: `npx selfsame bench ${wordsOf(options)}`,
  })
  const out = options.out ?? (peer ? join('bench', 'results') : undefined)
  if (out) {
    mkdirSync(out, { recursive: true })
    const path = join(out, `${date}-${workload}-${precisionOf(options)}.md`)
    writeAtomically(path, text)
    progress.note(`Written to ${path}`)
  }
  return text
}

function precisionOf({ precision }: BenchOptions): 'f32' | 'bf16' {
  return PRECISIONS[precision] === 'bfloat16' ? 'bf16' : 'f32'
}

function oursOf(options: BenchOptions, parts: readonly Part[]): Side {
  const { workload, seconds, photographs } = options
  const precision = precisionOf(options)
  return {
    name: `ours, ${precision}`,
    command: [
      process.execPath,
      ...[fileURLToPath(new URL('./bin.cjs', import.meta.url)), 'bench', '--json', '--workload', workload],
      ...['--precision', precision, '--seconds', String(seconds), '--parts', parts.join(',')],
      ...(photographs ? ['--photographs', photographs] : []),
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

/** As its users write it, in our precision, and with the allocator's settings. */
function peersOf(options: BenchOptions, parts: readonly Part[]): Side[] {
  const { workload, seconds, photographs, peer, python } = options
  const script = fileURLToPath(new URL('../../bench/peer/lightly_bench.py', import.meta.url))
  const command = (precision: 'f32' | 'bf16'): Side['command'] => [
    python,
    ...[script, '--lightly', peer as string, '--workload', workload, '--precision', precision],
    ...['--seconds', String(seconds), '--parts', parts.filter((part) => part !== 'limit').join(',')],
    ...['--threads', String(availableParallelism())],
    ...(photographs ? ['--photos', photographs] : []),
  ]
  const precision = precisionOf(options)
  return [
    { name: 'lightly as written, f32', command: command('f32') },
    ...(precision === 'bf16' ? [{ name: 'lightly, bf16', command: command('bf16') }] : []),
    {
      name: `lightly, ${precision}, allocator settings`,
      command: command(precision),
      env: ALLOCATOR,
    },
  ]
}

function inWords(figures: Figures): string {
  const speeds = (Object.keys(SPEEDS) as (keyof typeof SPEEDS)[]).filter((key) => figures[key] !== undefined)
  return [...speeds.map((key) => `${SPEEDS[key]} ${figures[key]}`), `${figures.peak_rss_mb} MB`].join(', ')
}

function wordsOf(options: BenchOptions): string {
  const { workload, seconds, rounds, parts, peer, photographs } = options
  return [
    `--workload ${workload} --precision ${precisionOf(options)} --seconds ${seconds} --rounds ${rounds}`,
    ...(parts === PARTS.join(',') ? [] : [`--parts ${parts}`]),
    ...(photographs ? ['--photographs DIR'] : []),
    ...(peer ? ['--peer DIR'] : []),
  ].join(' ')
}
