/** Times training as a whole, and its parts alone: views and steps. */
import { batches, type Packed } from '../images/index.js'
import { planRun } from '../learn/schedule.js'
import { createState, disposeState, type TrainingState } from '../learn/state.js'
import { prepareInputs } from '../learn/step.js'
import { Stepper } from '../learn/stepper.js'
import { batchOrder, train } from '../learn/train.js'
import { deviceInUse, disposeAll, scope } from '../torch/index.js'
import type { Prepared } from './workloads.js'

export const PARTS = ['full', 'views', 'step', 'limit'] as const
export type Part = (typeof PARTS)[number]

/** Steps before those that are timed: they fill caches, choose kernels, and on a GPU are recorded. */
const WARM_UP = { cpu: 2, other: 10 }
/** A warm-up takes this long at least, also where a part is to be timed for less. */
export const SHORT_SECONDS = 5

/** Called where only one step fitted into the time. */
export type OnCold = () => void

export interface Whole {
  imagesPerSecond: number
  /** When the first step was done, in seconds since the process began. */
  firstStep: number
}

/** Training as `selfsame train` does it: reading, views, steps. */
export async function timeWhole(prepared: Prepared, seconds: number, onCold?: OnCold): Promise<Whole> {
  return await withState(prepared, async (state) => {
    const clock = new Clock(seconds, { onCold })
    let firstStep = 0
    for await (const event of train(state, prepared.source)) {
      if (event.type !== 'step') continue
      firstStep ||= performance.now() / 1000
      if (clock.lap(prepared.settings.batch)) break
    }
    return { imagesPerSecond: clock.pace, firstStep }
  })
}

/** Reading and views alone, in pictures a second, whatever the number of views. */
export async function timeViews(prepared: Prepared, seconds: number, onCold?: OnCold): Promise<number> {
  return await withState(prepared, async (state) => {
    const { settings, source } = prepared
    const plan = planRun(settings, source.size)
    const clock = new Clock(seconds, { onCold })
    for await (const batch of batches(source, batchOrder(settings, source.size, plan, 0))) {
      scope(() => {
        prepareInputs(state, batch, plan)
      })
      if (clock.lap(batch.used.length)) break
    }
    return clock.pace
  })
}

/** Steps alone with the same views each time, in pictures a second. */
export async function timeSteps(prepared: Prepared, seconds: number, onCold?: OnCold): Promise<number> {
  return await withState(prepared, async (state) => {
    const { settings, source } = prepared
    const plan = planRun(settings, source.size)
    const batch = await firstBatch(prepared)
    const inputs = [prepareInputs(state, batch, plan)]
    const stepper = new Stepper(state, plan)
    const clock = new Clock(seconds, { onCold })
    do {
      const { projections } = stepper.start(inputs).finish()
      for (const projection of projections) projection.dispose()
    } while (!clock.lap(settings.batch))
    stepper.dispose()
    disposeAll(inputs)
    return clock.pace
  })
}

/** @throws UsageError when there are fewer pictures than a batch */
export async function firstBatch({ settings, source }: Prepared): Promise<Packed> {
  const order = batchOrder(settings, source.size, planRun(settings, source.size), 0)
  for await (const batch of batches(source, order, { prefetch: 0 })) return batch
  throw new Error('a plan has a step')
}

export async function withState<T>(
  { settings, method }: Prepared,
  body: (state: TrainingState) => T,
): Promise<Awaited<T>> {
  const state = createState(settings, method)
  try {
    return await body(state)
  } finally {
    disposeState(state)
  }
}

interface ClockOptions {
  /** Laps that are not timed. */
  warmUp?: number
  onCold?: OnCold | undefined
  now?: () => number
}

/**
 * Counts pictures from the end of the warm-up until the time is up. On a CPU so slow that the warm-up takes longer, the last
 * lap of the warm-up counts.
 */
export class Clock {
  readonly #seconds: number
  readonly #warmUp: number
  /** Whether a long warm-up is cut short: not on a GPU, whose laps are slower before the recording than after. */
  readonly #impatient: boolean
  readonly #onCold: OnCold | undefined
  readonly #now: () => number
  readonly #start: number
  #laps = 0
  #pictures = 0
  #began = 0
  #last: number

  constructor(seconds: number, { warmUp, onCold, now = () => performance.now() }: ClockOptions = {}) {
    const kind = deviceInUse() === 'cpu' ? 'cpu' : 'other'
    this.#seconds = seconds
    this.#warmUp = warmUp ?? WARM_UP[kind]
    this.#impatient = kind === 'cpu'
    this.#onCold = onCold
    this.#now = now
    this.#start = now()
    this.#last = this.#start
  }

  /** @returns whether the time is up */
  lap(pictures: number): boolean {
    const before = this.#last
    this.#laps++
    this.#last = this.#now()
    if (this.#laps <= this.#warmUp) {
      const spent = (this.#last - this.#start) / 1000
      this.#began = this.#last
      if (!this.#impatient || spent < Math.max(this.#seconds, SHORT_SECONDS)) return false
      this.#began = before
      this.#pictures = pictures
      this.#onCold?.()
      return true
    }
    this.#pictures += pictures
    return this.#elapsed >= this.#seconds
  }

  get #elapsed(): number {
    return (this.#last - this.#began) / 1000
  }

  /** Pictures a second. */
  get pace(): number {
    return this.#pictures / this.#elapsed
  }
}
