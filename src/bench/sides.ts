/** Who is measured, as commands. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { availableCores } from '../cores.js'
import { UsageError } from '../errors.js'
import { setting } from '../setting.js'
import { deviceInUse } from '../torch/index.js'
import type { Side } from './compare.js'
import { type BenchOptions, precisionOf } from './options.js'
import { PARTS } from './parts.js'

/** Ours and the peer, for speed. */
export function speedSides(options: BenchOptions, seconds: number): Side[] {
  const { parts, photographs } = options
  const theirs = [
    ...['--parts', parts.filter((part) => part !== 'limit').join(',')],
    ...(photographs ? ['--photos', photographs] : []),
  ]
  return [
    ours(options, seconds, [
      ...['--parts', parts.join(',')],
      ...(photographs ? ['--photographs', photographs] : []),
    ]),
    ...peers(options, seconds, theirs),
  ]
}

/** Ours and the peer, for accuracy against time. @param arrays folder with the pictures of the peer */
export function accuracySides(options: BenchOptions, seconds: number, arrays: string): Side[] {
  return [
    ours(options, seconds, ['--set', options.set]),
    // at its best settings alone: each of its curves takes four times as long as ours
    ...peers(options, seconds, ['--arrays', arrays]).slice(-1),
  ]
}

/** The command that measures the same again. */
export function commandOf(options: BenchOptions, seconds: number): string {
  const { workload, rounds, parts, peer, photographs, set } = options
  const words = [
    `npx selfsame bench --workload ${workload}`,
    ...(workload === 'd' ? [`--set ${set}`] : []),
    `--precision ${precisionOf(options)} --seconds ${seconds} --rounds ${rounds}`,
    ...(workload === 'd' || parts.length === PARTS.length ? [] : [`--parts ${parts.join(',')}`]),
    ...(photographs ? ['--photographs DIR'] : []),
    ...(peer ? ['--peer DIR'] : []),
  ]
  return words.join(' ')
}

/** Our own command line, and so many more words. */
function ours(options: BenchOptions, seconds: number, words: readonly string[]): Side {
  const precision = precisionOf(options)
  const main = fileURLToPath(new URL('../cli/bin.cjs', import.meta.url))
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

/** lightly as its users write it, in our precision, and with the allocator's settings; nobody where no peer is named. */
function peers(options: BenchOptions, seconds: number, words: readonly string[]): Side[] {
  const { peer, python, workload } = options
  if (peer === undefined) return []
  const script = fileURLToPath(new URL('../../bench/peer/lightly_bench.py', import.meta.url))
  const cores = String(availableCores())
  const [kind = 'cpu'] = deviceInUse().split(':')
  const command = (precision: 'f32' | 'bf16'): Side['command'] => [
    python,
    ...[script, '--lightly', peer, '--workload', workload, '--precision', precision],
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

/** @throws UsageError when lightly's sources or a Python for them are not there, before anything is measured */
export function checkPeer({ peer, python }: Pick<BenchOptions, 'peer' | 'python'>): void {
  if (peer === undefined) return
  if (!existsSync(join(peer, 'lightly')))
    throw new UsageError(
      `${setting('peer')} needs the sources of lightly, and there is no ${join(peer, 'lightly')}: give the folder they were unpacked to`,
    )
  const { error, status } = spawnSync(python, ['-c', 'import torch, torchvision'], { stdio: 'ignore' })
  if (error || status !== 0)
    throw new UsageError(
      `${setting('peer')} needs a Python that has PyTorch and torchvision, and ${python} ${error ? `did not start (${error.message})` : 'lacks one of them'}: name another with ${setting('python')}`,
    )
}
