/** The parts of training, each timed alone and all together. */
import { batches, type Packed } from '../images/index.js'
import { planRun } from '../learn/pace.js'
import { createState, disposeState, type TrainingState } from '../learn/state.js'
import { makeReady } from '../learn/step.js'
import { Stepper } from '../learn/stepper.js'
import { batchOrder, train } from '../learn/train.js'
import { deviceInUse, disposeAll, scope } from '../torch/index.js'
import type { Prepared } from './workloads.js'

export const PARTS = ['full', 'views', 'step', 'limit'] as const
export type Part = (typeof PARTS)[number]

/** Steps that are taken before the clock starts: the first ones fill caches and choose kernels, and a GPU's are recorded then. */
const WARM_UP = { cpu: 2, other: 10 }

/** Pictures a second, and when the first step was done, in seconds since the process began. */
export interface Whole {
  imagesPerSecond: number
  firstStep: number
}

/** Training as `selfsame train` does it: reading, views, steps. */
export async function timeWhole(prepared: Prepared, seconds: number): Promise<Whole> {
  return await withState(prepared, async (state) => {
    const clock = new Clock(seconds)
    let firstStep = 0
    for await (const event of train(state, prepared.source)) {
      if (event.type !== 'step') continue
      firstStep ||= performance.now() / 1000
      if (clock.lap(prepared.settings.batch)) break
    }
    return { imagesPerSecond: clock.pace, firstStep }
  })
}

/** Reading and views alone; a picture with all its views counts once. */
export async function timeViews(prepared: Prepared, seconds: number): Promise<number> {
  return await withState(prepared, async (state) => {
    const { settings, source } = prepared
    const plan = planRun(settings, source.size)
    const clock = new Clock(seconds)
    for await (const batch of batches(source, batchOrder(settings, source.size, plan, 0))) {
      scope(() => {
        makeReady(state, batch, plan)
      })
      if (clock.lap(batch.used.length)) break
    }
    return clock.pace
  })
}

/** Steps alone, again and again with the same views. */
export async function timeSteps(prepared: Prepared, seconds: number): Promise<number> {
  return await withState(prepared, async (state) => {
    const { settings, source } = prepared
    const plan = planRun(settings, source.size)
    const batch = await firstBatch(prepared)
    const ready = [makeReady(state, batch, plan)]
    const stepper = new Stepper(state, plan)
    const clock = new Clock(seconds)
    do {
      const { projections } = stepper.start(ready).finish()
      for (const projection of projections) projection.dispose()
    } while (!clock.lap(settings.batch))
    stepper.dispose()
    disposeAll(ready)
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

/** Counts pictures from the end of the warm-up until so many seconds are over. */
class Clock {
  readonly #seconds: number
  #laps = 0
  #pictures = 0
  #began = 0
  #last = 0

  constructor(seconds: number) {
    this.#seconds = seconds
  }

  /** @returns whether the time is up */
  lap(pictures: number): boolean {
    this.#laps++
    this.#last = performance.now()
    if (this.#laps <= WARM_UP[deviceInUse() === 'cpu' ? 'cpu' : 'other']) {
      this.#began = this.#last
      return false
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
