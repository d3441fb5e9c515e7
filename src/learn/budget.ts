/** How many epochs fit into a given time on this machine. */
import type { Source } from '../images/index.js'
import type { Method } from './method.js'
import { type Plan, planRun, WARMUP_SHARE } from './pace.js'
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

/** Share of the time asked for by which a run may be expected to miss it before its length is changed. */
const TOLERANCE = 0.08
/** The pace is that of so long, as a share of the time asked for: a hiccup is not a change, and looks at classes count too. */
const LOOKS_BACK = 0.08
const LOOKS_BACK_SECONDS = 3

/**
 * Holds a run to the time that was asked for: says, step by step, how many steps it is to take in all when its pace is no longer
 * the one that it was planned by, be it that a neighbour keeps the machine busy or that one has gone.
 */
export class Budget {
  readonly #seconds: number
  #laps: { step: number; at: number }[] = []

  /** @param seconds of training asked for, over all sessions */
  constructor(seconds: number) {
    this.#seconds = seconds
  }

  /**
   * @param step taken last
   * @param used seconds of training so far, over all sessions
   * @returns steps in all from now on; undefined to leave them as they are
   */
  after(step: number, plan: Plan, used: number): number | undefined {
    this.#laps.push({ step, at: used })
    const back = Math.max(LOOKS_BACK_SECONDS, LOOKS_BACK * this.#seconds)
    while (this.#laps.length > 2 && used - (this.#laps[1]?.at ?? used) >= back) this.#laps.shift()
    const [first] = this.#laps
    const recorded = plan.stretched?.stretches.at(-1)?.step ?? 0
    // what an earlier session decided for later is taken as it was
    if (!first || step <= recorded || step >= plan.totalSteps || used - first.at < back / 2) return undefined
    const secondsPerStep = (used - first.at) / (step - first.step)
    const expected = used + (plan.totalSteps - step) * secondsPerStep
    if (Math.abs(expected - this.#seconds) <= TOLERANCE * this.#seconds) return undefined
    const left = Math.max(1, Math.round((this.#seconds - used) / secondsPerStep))
    const totalSteps = Math.max(step + 1, Math.min(step + left, MOST_EPOCHS * plan.stepsPerEpoch))
    return totalSteps === plan.totalSteps ? undefined : totalSteps
  }
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
