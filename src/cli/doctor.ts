/** What is on this machine, and what is wrong with it. Works when nothing else does. */
import { existsSync, readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { availableCores } from '../cores.js'
import { ADDON_PATH } from '../torch/native.js'
import { gpuNames } from '../trainer/gpus.js'
import { say } from './say.js'

interface Finding {
  what: string
  value: string
  problem?: string
}

export function define(command: Command): void {
  command
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExample:\n  npx selfsame doctor')
    .action(async ({ json }: { json?: boolean }) => {
      const findings = await examine()
      const problems = findings.flatMap(({ problem }) => (problem ? [problem] : []))
      if (json) {
        const facts = Object.fromEntries(
          findings.map(({ what, value }) => [what.toLowerCase().replaceAll(/\W+/g, '_'), value]),
        )
        say(JSON.stringify({ ...facts, problems }))
      } else {
        for (const { what, value, problem } of findings)
          say(`${problem ? '✗' : '✓'} ${what.padEnd(14)} ${value}`)
        say(
          problems.length === 0
            ? '\nAll is well.'
            : `\n${problems.map((problem) => `✗ ${problem}`).join('\n')}`,
        )
      }
      if (problems.length > 0) process.exitCode = 1
    })
}

async function examine(): Promise<Finding[]> {
  const { cpuFeatures } = await import('../trainer/machine.js')
  return [
    node(),
    {
      what: 'processor',
      value: `${cpus()[0]?.model ?? 'unknown'}, ${availableCores()} cores, ${cpuFeatures().join(' ') || 'features unknown'}`,
    },
    { what: 'memory', value: `${(totalmem() / 2 ** 30).toFixed(1)} GiB` },
    await libtorch(),
    stamp(),
    ...(await addon()),
    await jpeg(),
    await pictures(),
  ]
}

function node(): Finding {
  const major = Number(process.versions.node.split('.')[0])
  const problem =
    major < 20 ? `Node ${process.versions.node} is too old: install Node 20 or newer.` : undefined
  return { what: 'node', value: process.version, ...(problem && { problem }) }
}

async function libtorch(): Promise<Finding> {
  const finder = fileURLToPath(new URL('../../scripts/find-libtorch.mjs', import.meta.url))
  const { findLibtorch, triedLines } = (await import(finder)) as {
    findLibtorch: () => {
      libtorch?: { version: string; source: string; libDirs: string[]; cuda: boolean }
      tried: unknown[]
    }
    triedLines: (tried: unknown[]) => string
  }
  const { libtorch: found, tried } = findLibtorch()
  if (!found) {
    return {
      what: 'libtorch',
      value: 'not found',
      problem: `libtorch was not found: run 'npx selfsame setup'. Looked at:\n${triedLines(tried)}`,
    }
  }
  return {
    what: 'libtorch',
    value: `${found.version} in ${found.libDirs.join(', ')} (${found.source}), CUDA ${found.cuda ? 'yes' : 'no'}`,
  }
}

/** What set-up built the addon with. */
function stamp(): Finding {
  const path = fileURLToPath(new URL('../../build/stamp.json', import.meta.url))
  if (!existsSync(path)) {
    return {
      what: 'build',
      value: 'missing',
      problem: "The addon was not built by set-up: run 'npx selfsame setup'.",
    }
  }
  const {
    compiler,
    blas,
    libtorch: built,
  } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  return {
    what: 'build',
    value: `${compiler}, BLAS ${blas}, against ${typeof built === 'object' ? JSON.stringify(built) : built}`,
  }
}

async function addon(): Promise<Finding[]> {
  if (!existsSync(ADDON_PATH))
    return [
      { what: 'addon', value: 'missing', problem: `${ADDON_PATH} is missing: run 'npx selfsame setup'.` },
    ]
  try {
    const { about, ops, threads } = await import('../torch/index.js')
    const found = about()
    const speed = productSpeed(ops)
    const slow = speed < SLOW_GFLOPS
    return [
      { what: 'addon', value: `loads, libtorch ${found.version}` },
      { what: 'threads', value: `${threads()} of ${availableCores()} cores` },
      { what: 'cuda', value: cudaInWords(found) },
      {
        what: 'blas',
        value: `${speed.toFixed(0)} GFLOP/s in a matrix product`,
        ...(slow && {
          problem: `Matrix products run at ${speed.toFixed(0)} GFLOP/s: install OpenBLAS (libopenblas0-pthread on Debian).`,
        }),
      },
    ]
  } catch (error) {
    return [{ what: 'addon', value: 'does not load', problem: (error as Error).message }]
  }
}

function cudaInWords({
  cuda,
  cudaDevices,
  cudaGraphs,
}: ReturnType<typeof import('../torch/index.js').about>) {
  if (!cuda) return 'none'
  if (cudaDevices === 0) return 'libtorch has it, and finds no GPU'
  const names = gpuNames()
  const graphs = cudaGraphs ? '' : "; no CUDA graphs, as CUDA's headers are not there"
  return `${names.length > 0 ? names.join(', ') : `${cudaDevices} devices`}${graphs}`
}

/** Debian's reference BLAS gives about 3 a core, OpenBLAS 20 and more. */
const SLOW_GFLOPS = 10

function productSpeed(ops: typeof import('../torch/index.js').ops): number {
  const side = 768
  const x = ops.zeros([side, side])
  x.matmul(x).dispose()
  const began = performance.now()
  x.matmul(x).dispose()
  x.dispose()
  return (2 * side ** 3) / (performance.now() - began) / 1e6
}

async function jpeg(): Promise<Finding> {
  const { jpegDecoder } = await import('../images/decode/jpeg.js')
  const decoder = jpegDecoder()
  return {
    what: 'JPEG',
    value:
      decoder === 'sharp'
        ? 'sharp (install libjpeg-turbo to read photographs several times faster)'
        : decoder,
  }
}

async function pictures(): Promise<Finding> {
  try {
    const { openData } = await import('../images/index.js')
    const { train } = await openData('fashion-mnist', { download: false })
    return { what: 'fashion-mnist', value: `${train.size.toLocaleString('en')} pictures` }
  } catch (error) {
    return {
      what: 'fashion-mnist',
      value: `not there (npm start fetches it; your own pictures work without): ${(error as Error).message}`,
    }
  }
}
