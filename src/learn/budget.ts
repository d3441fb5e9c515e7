/** Training for a given time: how many epochs are expected to fit, by a few steps beforehand, and how many do, by the pace on the way. */
import { evenSubset, Quarantine, type Source } from '../images/index.js'
import type { Method } from './method.js'
import { type Plan, planRun, WARMUP_SHARE } from './schedule.js'
import type { Settings } from './settings.js'
import { createState, disposeState } from './state.js'
import { solvedOf } from './step.js'
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
  options: PaceOptions = {},
): Promise<Settings> {
  const { stepsPerEpoch } = planRun(settings, source.size)
  const steps = await stepsIn(60 * minutes, settings, method, source, options)
  const epochs = Number(Math.min(MOST_EPOCHS, steps / stepsPerEpoch).toPrecision(3))
  return { ...settings, epochs, warmup: Math.min(settings.warmup, WARMUP_SHARE * epochs) }
}

async function stepsIn(
  seconds: number,
  settings: Settings,
  method: Method,
  source: Source,
  options: PaceOptions,
): Promise<number> {
  const { solving, training, solved } = await paces(settings, method, source, options)
  const fit = (time: number, pace: Throughput) => Math.max(1, time / pace.secondsPerStep)
  if (!solving) return fit(seconds, training)
  const count = solved(fit(seconds, training))
  return count + fit(seconds - count * solving.secondsPerStep, training)
}

/** What steps of a run take: those that are solved in closed form and those that are not, where a run has both. */
export interface Paces {
  solving?: Throughput
  training: Throughput
  /** How many of a run of so many steps are solved. */
  solved: (steps: number) => number
}

async function paces(
  settings: Settings,
  method: Method,
  source: Source,
  options: PaceOptions,
): Promise<Paces> {
  const first = await probePace(settings, method, source, options)
  const { batch } = settings
  const solved = (steps: number) => solvedOf({ settings, method }, steps)
  if (!Number.isFinite(solved(1)) || solved(1) === 0) return { training: first, solved: () => 0 }
  // what the solved steps made of pictures may be remembered, so those that they all see come again
  const remembered = solved(Number.MAX_SAFE_INTEGER) * batch >= source.size
  const some = remembered ? evenSubset(source, batch) : source
  return {
    solving: first,
    training: await probePace(settings, method, some, { ...options, solved: 0 }),
    solved,
  }
}

/** What a whole run would take, step by step in the mean, by a few steps of each kind that are thrown away. */
export async function meanPace(
  settings: Settings,
  method: Method,
  source: Source,
  options: PaceOptions = {},
): Promise<Throughput> {
  const found = await paces(settings, method, source, options)
  const { totalSteps } = planRun(settings, source.size)
  return { ...found.training, secondsPerStep: secondsOf(found, totalSteps) / totalSteps }
}

/** What a run of so many steps takes. */
export function secondsOf({ solving, training, solved }: Paces, steps: number): number {
  const count = solving ? Math.min(steps, solved(steps)) : 0
  return count * (solving?.secondsPerStep ?? 0) + (steps - count) * training.secondsPerStep
}

/**
 * Shares of the time asked for by which a run may be expected to miss it before its length is changed: at its end, and how much more at
 * its beginning, when a guess is as good as another and a change of mind costs a part of the schedule.
 */
const TOLERANCE = { atEnd: 0.08, more: 0.25 }
/** The pace is that of so long, as a share of the time asked for, and of so many steps: a hiccup is not a change. */
const LOOKS_BACK = { share: 0.08, least: 3, most: 300, steps: 8 }
/** Steps that are slower than those to come: libtorch chooses kernels, and pictures are read for the first time. */
const SLOW_STEPS = 3

/**
 * Holds a run to the time that was asked for: says, step by step, how many steps it is to take in all when its pace is no longer
 * the one that it was planned by, be it that a neighbour keeps the machine busy or that one has gone.
 */
export class Budget {
  readonly #seconds: number
  #laps: { step: number; at: number }[] = []
  #seen = 0

  /** @param seconds of training asked for, over all sessions */
  constructor(seconds: number) {
    this.#seconds = seconds
  }

  /**
   * @param step taken last
   * @param taken seconds so far, over all sessions
   * @param paused those of them in which no step was taken: they tell nothing of the pace
   * @returns steps in all from now on; undefined to leave them as they are
   */
  after(step: number, plan: Plan, taken: number, paused = 0): number | undefined {
    const [used, asked] = [taken - paused, this.#seconds - paused]
    const { totalSteps: total, stretched } = plan
    const pace = this.#paceAfter(step, used, total - step <= 1 || used >= asked)
    // what an earlier session decided for later is taken as it was
    if (pace === undefined || step >= total || step <= (stretched?.stretches.at(-1)?.step ?? 0))
      return undefined
    const expected = used + (total - step) * pace
    const tolerance = TOLERANCE.atEnd + TOLERANCE.more * Math.max(0, 1 - used / asked)
    if (Math.abs(expected - asked) <= tolerance * asked) return undefined
    const left = Math.max(1, Math.round((asked - used) / pace))
    const changed = Math.max(step + 1, Math.min(step + left, MOST_EPOCHS * plan.stepsPerEpoch))
    if (changed === total) return undefined
    // what was before the change tells nothing of what is after it
    this.#laps = [{ step, at: used }]
    return changed
  }

  /**
   * Seconds a step of late; undefined where too little was seen to say.
   * @param atOnce when there is no time to see more
   */
  #paceAfter(step: number, used: number, atOnce: boolean): number | undefined {
    if (++this.#seen <= SLOW_STEPS && !atOnce) this.#laps = []
    this.#laps.push({ step, at: used })
    const back = Math.min(LOOKS_BACK.most, Math.max(LOOKS_BACK.least, LOOKS_BACK.share * this.#seconds))
    const enough = () => {
      const [, second] = this.#laps
      return second && used - second.at >= back && step - second.step >= LOOKS_BACK.steps
    }
    while (enough()) this.#laps.shift()
    const [first] = this.#laps as [{ step: number; at: number }]
    const [steps, seconds] = [step - first.step, used - first.at]
    const known = seconds >= back / 2 && (steps >= LOOKS_BACK.steps || seconds >= 2 * back)
    return steps > 0 && (known || atOnce) ? seconds / steps : undefined
  }
}

/** What a few steps tell of all. */
export interface Throughput {
  /** Of the fastest step, since a busy machine makes single ones many times slower than most will be. */
  secondsPerStep: number
  /** Share of the time that was spent waiting for pictures. */
  waiting: number
}

export interface PaceOptions {
  /** Share of unreadable pictures at which to stop; 0.05 unless given. */
  badShare?: number | undefined
  /** Stops after a step, with the signal's reason as error. */
  signal?: AbortSignal | undefined
  /** Steps that are solved in closed form, unless the method's loss is to say. */
  solved?: number
}

/** Takes a few steps that are thrown away. */
async function probePace(
  settings: Settings,
  method: Method,
  source: Source,
  { badShare, signal, solved }: PaceOptions = {},
): Promise<Throughput> {
  const state = createState({ ...settings, epochs: PROBE_STEPS }, method)
  const began = performance.now()
  let last = began
  let secondsPerStep = Number.POSITIVE_INFINITY
  let waiting = 0
  try {
    const quarantine = new Quarantine(source.size, { maxShare: badShare })
    for await (const event of train(state, source, { quarantine, ...(solved !== undefined && { solved }) })) {
      if (event.type !== 'step') continue
      const now = performance.now()
      secondsPerStep = Math.min(secondsPerStep, (now - last) / 1000)
      last = now
      waiting = event.dataWait
      // an abort is only heard when the event loop turns
      await new Promise(setImmediate)
      signal?.throwIfAborted()
      if (state.step >= PROBE_STEPS || now - began > PROBE_SECONDS * 1000) break
    }
  } finally {
    disposeState(state)
  }
  return { secondsPerStep, waiting }
}
