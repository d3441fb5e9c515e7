/** Which of OpenBLAS's kernels multiply matrices. */
import { readFileSync } from 'node:fs'

/** What the kernels for SkylakeX need of a processor, by Linux's names. */
const NEEDED = ['avx512f', 'avx512cd', 'avx512bw', 'avx512dq', 'avx512vl']

/**
 * What `OPENBLAS_CORETYPE` should be, where OpenBLAS would guess wrong: one that is older than an AMD processor does not know its number
 * and takes the kernels for Haswell, at half the speed of those with AVX-512.
 * @param cpuinfo `/proc/cpuinfo`
 */
export function betterKernels(cpuinfo: string): string | undefined {
  const [, flags = ''] = /^flags\s*:(.*)$/m.exec(cpuinfo) ?? []
  const has = new Set(flags.trim().split(/\s+/))
  return /^vendor_id\s*:\s*AuthenticAMD$/m.test(cpuinfo) && NEEDED.every((flag) => has.has(flag))
    ? 'SkylakeX'
    : undefined
}

/** Before OpenBLAS is loaded, which reads it then; what the user has set stays. Heard in the main thread only. */
export function chooseKernels(): void {
  if (process.env.OPENBLAS_CORETYPE !== undefined || process.platform !== 'linux') return
  try {
    const better = betterKernels(readFileSync('/proc/cpuinfo', 'utf8'))
    if (better) process.env.OPENBLAS_CORETYPE = better
  } catch {
    // without /proc it guesses for itself
  }
}
