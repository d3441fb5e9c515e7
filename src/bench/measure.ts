/** One workload on this machine, measured in this process. */
import type { Settings } from '../learn/settings.js'
import { threads } from '../torch/index.js'
import { timeWork, workOf } from './limit.js'
import { type Part, timeSteps, timeViews, timeWhole } from './parts.js'
import { prepare, WORKLOADS, type Workload } from './workloads.js'

export interface MeasureOptions {
  precision: Settings['precision']
  /** For timing each part. */
  seconds: number
  parts: readonly Part[]
  /** Folder of JPEG files. */
  photographs: string
  /** Told which figures are of a single step. */
  note?: (text: string) => void
}

/** Printed as JSON, hence keys in snake_case. */
export interface Measurement {
  workload: string
  precision: 'f32' | 'bf16'
  threads: number
  views_images_per_second?: number
  step_images_per_second?: number
  full_images_per_second?: number
  /** From the start of the process to the end of its first step. */
  first_step_seconds?: number
  /** Of the convolutions and products of a step alone. */
  limit_images_per_second?: number
  /** Of the whole process up to the end of training. */
  peak_rss_mb: number
}

/** @throws UsageError when the photographs cannot be opened */
export async function measureWorkload(name: string, options: MeasureOptions): Promise<Measurement> {
  const { precision, seconds, parts, photographs, note } = options
  const cold = (part: Part) => () =>
    note?.(
      `The part '${part}' took longer than ${seconds} s before it was warm: its figure is of one step, and low`,
    )
  const prepared = await prepare(WORKLOADS[name] as Workload, precision, photographs)
  const measured: Measurement = {
    workload: name,
    precision: precision === 'bfloat16' ? 'bf16' : 'f32',
    threads: threads(),
    peak_rss_mb: 0,
  }
  // first, as it measures how soon a fresh process has done a step
  if (parts.includes('full')) {
    const { imagesPerSecond, firstStep } = await timeWhole(prepared, seconds, cold('full'))
    measured.full_images_per_second = rounded(imagesPerSecond)
    measured.first_step_seconds = rounded(firstStep)
  }
  if (parts.includes('step'))
    measured.step_images_per_second = rounded(await timeSteps(prepared, seconds, cold('step')))
  if (parts.includes('views'))
    measured.views_images_per_second = rounded(await timeViews(prepared, seconds, cold('views')))
  measured.peak_rss_mb = Math.round(process.resourceUsage().maxRSS / 1024)
  if (parts.includes('limit')) {
    const works = await workOf(prepared)
    const each = seconds / works.length / 2
    measured.limit_images_per_second = rounded(prepared.settings.batch / timeWork(works, precision, each))
  }
  return measured
}

function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
