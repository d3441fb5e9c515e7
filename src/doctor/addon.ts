/** Whether the addon loads, what it computes on, and how fast. */
import { existsSync } from 'node:fs'
import { availableCores } from '../cores.js'
import { ADDON_PATH } from '../torch/native.js'
import { gpuNames } from '../trainer/gpus.js'
import type { Finding } from './finding.js'

export async function addon(): Promise<Finding[]> {
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
