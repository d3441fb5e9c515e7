import { existsSync, readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { availableCores } from '../cores.js'
import { isMostlyProducts } from '../learn/encoder/encoders.js'
import type { EncoderSpec } from '../learn/encoder/spec.js'
import { setting } from '../setting.js'
import { about, deviceInUse, threads } from '../torch/index.js'
import { gpuNames } from './gpus.js'

/** Instruction sets that matter for speed, as the kernel names them. */
const FEATURES = ['avx2', 'avx512f', 'avx512_bf16', 'amx_bf16', 'asimd', 'bf16']

/** The processor's features among those that matter; empty where the system does not tell. */
export function cpuFeatures(): string[] {
  const path = '/proc/cpuinfo'
  if (!existsSync(path)) return []
  const line = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync(path, 'utf8'))?.[1] ?? ''
  const flags = new Set(line.trim().split(/\s+/))
  return FEATURES.filter((name) => flags.has(name))
}

/** bfloat16 where the processor, or the GPU, multiplies it natively, float32 elsewhere. */
export function bestPrecision(): 'float32' | 'bfloat16' {
  if (deviceInUse().startsWith('cuda')) return 'bfloat16'
  const features = cpuFeatures()
  return ['avx512_bf16', 'amx_bf16', 'bf16'].some((name) => features.includes(name)) ? 'bfloat16' : 'float32'
}

/**
 * In which precision an encoder learns fastest here. On a processor with bfloat16 that halves the time of a transformer; our
 * convolutions in float32 are as fast as libtorch's in bfloat16 or faster, and do not stall beside busy processes (decision 19).
 */
export function precisionFor(encoder: Pick<EncoderSpec, 'name'>, best = bestPrecision()): typeof best {
  return deviceInUse() === 'cpu' && !isMostlyProducts(encoder) ? 'float32' : best
}

/** What to say of a precision that this machine has no instructions for; nothing where it has. */
export function slowPrecision(precision: 'float32' | 'bfloat16', best = bestPrecision()): string[] {
  if (precision !== 'bfloat16' || best === precision) return []
  return [
    `This processor has no bfloat16 of its own, so it is imitated and many times slower than float32: leave ${setting('precision')} out`,
  ]
}

/** The processor, and the GPU where that is what computes, in words. */
export function machineInWords(): string {
  const processor = `${availableCores()} cores of ${cpus()[0]?.model.trim() ?? 'an unknown processor'}`
  const [kind, number = '0'] = deviceInUse().split(':')
  return kind === 'cuda' ? `one ${gpuNames()[Number(number)] ?? 'GPU'}, ${processor}` : processor
}

/** What a run was made on, for run.json. */
export function machine(): Record<string, unknown> {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableCores(),
    threads: threads(),
    device: deviceInUse(),
    ...(deviceInUse().startsWith('cuda') && { gpus: gpuNames() }),
    features: cpuFeatures(),
    memory_gib: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
    libtorch: about().version,
  }
}
