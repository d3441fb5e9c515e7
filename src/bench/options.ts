/** What is measured, and beside whom. */
import { encoderChange } from '../learn/encoder/encoders.js'
import { precisionFor, slowPrecision } from '../trainer/machine.js'
import type { Progress } from '../trainer/progress.js'
import type { Part } from './parts.js'
import { WORKLOADS } from './workloads.js'

export const PRECISIONS = ['f32', 'bf16', 'auto'] as const

export interface BenchOptions {
  /** One of `WORKLOADS`, or `d`: the quick start, accuracy against time. */
  workload: string
  /** `auto` is what a run with the workload's encoder would take. */
  precision: (typeof PRECISIONS)[number]
  /** Of each part, or of training in workload d. */
  seconds?: number
  /** How often each side is measured, in turn. */
  rounds: number
  parts: readonly Part[]
  /** Folder of JPEG files. */
  photographs?: string
  /** Labelled pictures for workload d. */
  set: string
  /** Folder with the sources of lightly, which is measured in turn. */
  peer?: string
  /** A Python that has PyTorch and torchvision. */
  python: string
  /** Gets a dated page; `bench/results` with a peer unless given. */
  out?: string
}

/** Of the quick start, which is what workload d trains. */
const QUICK_START = 'small'

/** As settings have it. */
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

export function precisionOf(options: BenchOptions): 'f32' | 'bf16' {
  return precisionGiven(options) === 'bfloat16' ? 'bf16' : 'f32'
}

/** Says before anything is measured what will be, and what will make it slow. */
export function announce(options: BenchOptions, what: string, progress: Pick<Progress, 'note'>): void {
  for (const warning of slowPrecision(precisionGiven(options))) progress.note(warning)
  progress.note(`Measuring ${what}, each after a short warm-up`)
}
