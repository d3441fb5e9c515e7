/** What a run would take on this machine, from a few steps that are thrown away. */

import { duration } from '../duration.js'
import type { Source } from '../images/index.js'
import { meanPace, type PaceOptions } from '../learn/budget.js'
import type { Method } from '../learn/method.js'
import { planRun } from '../learn/schedule.js'
import type { Settings } from '../learn/settings.js'
import { createState, disposeState, stateTensors } from '../learn/state.js'

/** Keys in snake_case, as they are printed. */
export interface Forecast {
  method: string
  encoder: string
  pictures: number
  epochs: number
  steps: number
  batch: number
  images_per_second: number
  hours: number
  /** Share of the time spent waiting for pictures to be read and decoded. */
  waiting_share: number
  bound_by: 'loading' | 'computing'
  /** The most that the process has held so far; decoded pictures that are kept come on top. */
  memory_mb: number
  checkpoint_mb: number
}

/** Above this share of waiting, a faster network would hardly train sooner. */
const MUCH_WAITING = 0.2

export async function forecast(
  settings: Settings,
  method: Method,
  source: Source,
  options: PaceOptions = {},
): Promise<Forecast> {
  const { batch, epochs, encoder } = settings
  const { totalSteps } = planRun(settings, source.size)
  const { secondsPerStep, waiting } = await meanPace(settings, method, source, options)
  return {
    method: method.name,
    encoder: encoder.name,
    pictures: source.size,
    epochs,
    steps: totalSteps,
    batch,
    images_per_second: Number((batch / secondsPerStep).toPrecision(3)),
    hours: Number(((totalSteps * secondsPerStep) / 3600).toPrecision(3)),
    waiting_share: Number(waiting.toFixed(2)),
    bound_by: waiting > MUCH_WAITING ? 'loading' : 'computing',
    memory_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    checkpoint_mb: megabytesOf(settings, method),
  }
}

function megabytesOf(settings: Settings, method: Method): number {
  const state = createState(settings, method)
  try {
    const bytes = [...stateTensors(state).values()].reduce((sum, { numel }) => sum + 4 * numel, 0)
    return Math.round(bytes / 2 ** 20)
  } finally {
    disposeState(state)
  }
}

export function forecastInWords(found: Forecast): string {
  const { method, encoder, pictures, epochs, steps, batch, hours, waiting_share: waiting } = found
  const [speed, waited] = [Math.round(found.images_per_second), Math.round(100 * waiting)]
  const counted = (value: number) => value.toLocaleString('en')
  return [
    `${method} with ${encoder}: ${counted(pictures)} pictures, ${epochs} epochs, ${counted(steps)} steps of ${batch}.`,
    `About ${duration(3600 * hours)} at ${counted(speed)} pictures/s, judging not counted.`,
    found.bound_by === 'loading'
      ? `Loading holds it up (${waited} % of the time it waits for pictures): 'npx selfsame data pack' makes them faster to read.`
      : `Computing holds it up (waiting for pictures ${waited} %).`,
    `Memory about ${counted(found.memory_mb)} MB; a checkpoint takes ${counted(found.checkpoint_mb)} MB.`,
  ].join('\n')
}
