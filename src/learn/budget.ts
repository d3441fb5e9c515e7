/** How many epochs fit into a given time on this machine. */
import type { Source } from '../images/index.js'
import type { Method } from './method.js'
import { planRun, WARMUP_SHARE } from './pace.js'
import type { Settings } from './settings.js'
import { createState, disposeState } from './state.js'
import { train } from './train.js'

const PROBE_STEPS = 8
const PROBE_SECONDS = 20
/** Beyond this many passes a small set has given what it can. */
export const MOST_EPOCHS = 400

/** The settings with as many epochs as fit into `minutes`, by the fastest of a few steps that are thrown away. */
export async function fitEpochs(
  settings: Settings,
  method: Method,
  source: Source,
  minutes: number,
): Promise<Settings> {
  const { stepsPerEpoch } = planRun(settings, source.size)
  const steps = Math.max(1, (minutes * 60) / (await probePace(settings, method, source)).secondsPerStep)
  const epochs = Number(Math.min(MOST_EPOCHS, steps / stepsPerEpoch).toPrecision(3))
  return { ...settings, epochs, warmup: Math.min(settings.warmup, WARMUP_SHARE * epochs) }
}

/** What a few steps tell of all. */
export interface Pace {
  /** Of the fastest step, since a busy machine makes single ones many times slower than most will be. */
  secondsPerStep: number
  /** Share of the time that was spent waiting for pictures. */
  waiting: number
}

/** Takes a few steps that are thrown away. */
export async function probePace(settings: Settings, method: Method, source: Source): Promise<Pace> {
  const state = createState({ ...settings, epochs: PROBE_STEPS }, method)
  const began = performance.now()
  let last = began
  let secondsPerStep = Number.POSITIVE_INFINITY
  let waiting = 0
  try {
    for await (const event of train(state, source)) {
      if (event.type !== 'step') continue
      const now = performance.now()
      secondsPerStep = Math.min(secondsPerStep, (now - last) / 1000)
      last = now
      waiting = event.dataWait
      if (state.step >= PROBE_STEPS || now - began > PROBE_SECONDS * 1000) break
    }
  } finally {
    disposeState(state)
  }
  return { secondsPerStep, waiting }
}
