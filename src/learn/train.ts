/** The loop: batches in, events out. It knows no file, no terminal and no page. */

import { permutation, stream } from '../encode/random.js'
import { UsageError } from '../errors.js'
import { type BatchOptions, batches, type Packed } from '../images/batches.js'
import { Quarantine } from '../images/quarantine.js'
import type { Source } from '../images/source.js'
import { deviceInUse, disposeAll, type Tensor } from '../torch/index.js'
import { collapseMetrics, diagnoseCollapse, type Measures, type Verdict } from './collapse.js'
import type { Method } from './method.js'
import { Sameness } from './sameness.js'
import { type Plan, planRun } from './schedule.js'
import type { Settings } from './settings.js'
import type { TrainingState } from './state.js'
import { isSolved, type MicroBatch, prepareInputs, type StepInputs, solvedSteps } from './step.js'
import { Stepper } from './stepper.js'
import { ALONE, type World } from './world.js'

export type TrainEvent = StepEvent | MeasureEvent

export interface StepEvent {
  type: 'step'
  /** Steps taken, this one included. */
  step: number
  totalSteps: number
  /** Epochs finished, with a fraction. */
  epoch: number
  loss: number
  learningRate: number
  /** Absent where the online network is its own target. */
  tau?: number
  /** Pictures a second, averaged over the last steps. */
  imagesPerSecond: number
  /** Share of the last steps' time spent waiting for pictures. */
  dataWait: number
  secondsLeft: number
}

export interface MeasureEvent {
  type: 'measure'
  step: number
  loss: number
  measures: Measures
  verdict: Verdict
}

export interface TrainOptions extends BatchOptions {
  /** Steps after which the projections are measured besides the first, the last and every `measureEvery`th. */
  measureAt?: readonly number[]
  /** Is told what a user may want to know of how the steps are taken. */
  note?: (text: string) => void
  /** Asked after every step: how many steps the run is to take in all from now on, or undefined to leave it as it is. */
  stretch?: (step: number, plan: Plan) => number | undefined
  /** Steps that are solved in closed form, unless the method's loss is to say. */
  solved?: number
}

/**
 * Trains from where `state` stands to the end, yielding an event after every step and measurement. Between two events
 * the state is whole: the consumer may save it, or stop by leaving the loop. A loss that is not finite is the last event: what
 * its step did to the weights is past mending.
 */
export async function* train(
  state: TrainingState,
  source: Source,
  { measureAt = [], note, stretch, solved, ...reading }: TrainOptions = {},
): AsyncGenerator<TrainEvent> {
  const { settings, method } = state
  checkLabels(method, source)
  const plan = planRun(settings, source.size, state.stretches)
  const clock = new Clock(settings.batch)
  const options = { quarantine: new Quarantine(source.size), ...reading }
  const sameness = new Sameness()
  const open = () => new Reader(state, source, plan, options, clock, sameness)
  let reader = open()
  const stepper = new Stepper(state, plan, note, solved)
  // their pace tells nothing of that of the steps after them
  const paced = (step: number) => step > solvedSteps(state, plan) || isSolved(state, plan)
  // the views of the next step are made while a device of its own computes this one
  const ahead = deviceInUse() !== 'cpu'
  let inputs: StepInputs[] | undefined
  try {
    while (state.step < plan.totalSteps) {
      clock.begin()
      inputs ??= await reader.next(state.step)
      if (!inputs) return
      const pending = stepper.start(inputs)
      disposeAll(inputs)
      inputs = ahead && state.step < plan.totalSteps ? await reader.next(state.step) : undefined
      const { projections, ...taken } = clock.onDevice(() => pending.finish())
      const { loss } = taken
      const { step } = state
      const totalSteps = paced(step) ? stretch?.(step, plan) : undefined
      if (totalSteps !== undefined) {
        state.stretches.push({ step, totalSteps })
        Object.assign(plan, planRun(settings, source.size, state.stretches))
        // what was read ahead may end too soon
        if (inputs) disposeAll(inputs)
        inputs = undefined
        reader.end()
        reader = open()
      }
      const finite = Number.isFinite(loss)
      try {
        const regular = step % settings.measureEvery === 0 || step === 1 || step === plan.totalSteps
        if (regular || measureAt.includes(step) || !finite) {
          const [first, second] = projections
          const measures = collapseMetrics(first as Tensor, second)
          yield { type: 'measure', step, loss, measures, verdict: diagnoseCollapse(measures, loss, sameness) }
        }
      } finally {
        for (const projection of projections) projection.dispose()
      }
      yield {
        type: 'step',
        step,
        totalSteps: plan.totalSteps,
        epoch: step / plan.stepsPerEpoch,
        ...taken,
        ...clock.lap(plan.totalSteps - step),
      }
      if (!finite) return
    }
  } finally {
    if (inputs) disposeAll(inputs)
    reader.end()
    stepper.dispose()
  }
}

/** Gives what the host makes for one step after another, beginning with the state's next. */
class Reader {
  readonly #state: TrainingState
  readonly #source: Source
  readonly #plan: Plan
  readonly #clock: Clock
  readonly #sameness: Sameness
  readonly #parts: AsyncGenerator<Packed>

  constructor(
    state: TrainingState,
    source: Source,
    plan: Plan,
    reading: BatchOptions,
    clock: Clock,
    sameness: Sameness,
  ) {
    this.#state = state
    this.#source = source
    this.#plan = plan
    this.#clock = clock
    this.#sameness = sameness
    this.#parts = batches(source, batchOrder(state.settings, source.size, plan, state.step), reading)
  }

  /** Undefined when there are no more pictures. */
  async next(step: number): Promise<StepInputs[] | undefined> {
    const { labels } = this.#source
    const read: MicroBatch[] = []
    this.#clock.wait()
    for (let part = 0; part < this.#state.settings.accumulate; part++) {
      const next = await this.#parts.next()
      if (next.done) return undefined
      this.#sameness.see(next.value)
      const classes = labels && Int32Array.from(next.value.used, (index) => labels[index] ?? -1)
      read.push({ ...next.value, ...(classes && { labels: classes }) })
    }
    this.#clock.work()
    return read.map((pictures) => prepareInputs(this.#state, pictures, this.#plan, step))
  }

  /** Reads no further. */
  end(): void {
    this.#parts.return(undefined).catch(() => undefined)
  }
}

/** @throws UsageError when the method learns from classes and the pictures have none */
export function checkLabels(method: Method, { labels, name }: Source): void {
  if (!method.loss.needsLabels || labels) return
  throw new UsageError(
    `${method.name} learns from classes, and ${name} has none: put the pictures into one folder a class, or choose another method`,
  )
}

/**
 * The indices of every batch part from `firstStep` on, or of this process's share of it: a pure function of the seed and
 * the epoch. The shares of all processes, in order of rank, are the part that one process alone would get.
 * @throws UsageError when a part cannot be shared out evenly
 */
export function* batchOrder(
  { seed, batch, accumulate }: Pick<Settings, 'seed' | 'batch' | 'accumulate'>,
  pictures: number,
  plan: Plan,
  firstStep: number,
  { rank, size }: Pick<World, 'rank' | 'size'> = ALONE,
): Generator<number[]> {
  let order: Int32Array | undefined
  const part = batch / accumulate
  const share = part / size
  if (!Number.isInteger(share)) {
    throw new UsageError(
      `a batch of ${batch} in ${accumulate === 1 ? '1 part' : `${accumulate} parts`} cannot be shared out evenly among ` +
        `${size} processes; use a batch that is a multiple of ${accumulate * size}`,
    )
  }
  for (let step = firstStep; step < plan.totalSteps; step++) {
    const within = step % plan.stepsPerEpoch
    if (!order || within === 0)
      order = permutation(stream(seed, Math.floor(step / plan.stepsPerEpoch)), pictures)
    for (let begin = within * batch; begin < (within + 1) * batch; begin += part) {
      const own = begin + rank * share
      yield [...order.subarray(own, own + share)]
    }
  }
}

/** Measures speed over a sliding stretch of steps. */
class Clock {
  readonly #batch: number
  #laps: { waited: number; total: number }[] = []
  #began = 0
  #waitFrom = 0
  #waited = 0

  constructor(batch: number) {
    this.#batch = batch
  }

  begin(): void {
    this.#began = performance.now()
    this.#waited = 0
  }

  /** Waiting for pictures begins. */
  wait(): void {
    this.#waitFrom = performance.now()
  }

  /** They have come. */
  work(): void {
    this.#waited += performance.now() - this.#waitFrom
  }

  /** While the device was not done, pictures were not what was waited for. */
  onDevice<T>(finish: () => T): T {
    const from = performance.now()
    const result = finish()
    this.#waited = Math.max(0, this.#waited - (performance.now() - from))
    return result
  }

  lap(stepsLeft: number) {
    this.#laps.push({ waited: this.#waited, total: performance.now() - this.#began })
    if (this.#laps.length > 50) this.#laps.shift()
    const total = this.#laps.reduce((sum, lap) => sum + lap.total, 0) / 1000
    const waited = this.#laps.reduce((sum, lap) => sum + lap.waited, 0) / 1000
    const perStep = total / this.#laps.length
    return {
      imagesPerSecond: this.#batch / perStep,
      dataWait: waited / total,
      secondsLeft: stepsLeft * perStep,
    }
  }
}
