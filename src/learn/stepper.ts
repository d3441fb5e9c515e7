/** The steps of a run: one by one, or, on a device that can, one that was recorded, again and again. */
import type { Amount } from '../nn/index.js'
import {
  alias,
  canRecord,
  disposeAll,
  keep,
  noGrad,
  type Recording,
  record,
  scope,
  type Tensor,
  tensor,
} from '../torch/index.js'
import type { Plan } from './pace.js'
import type { TrainingState } from './state.js'
import {
  type Computed,
  computeStep,
  type Pace,
  paceAt,
  type Ready,
  type StepResult,
  scheduledAt,
  seedStep,
  shown,
} from './step.js'

/** A step that the device may still be computing. */
export interface Started {
  /** Waits for it. */
  finish(): StepResult
}

/** Steps that are taken before one is recorded: libtorch chooses kernels and makes room in the first ones. */
const FIRST = 3

/** A number that a loss took from the epoch, and how. */
interface Held {
  value: (epoch: number) => number
  was: number
}

/**
 * Takes one step after another. What a method does on the device alone is the same in every step but for the numbers in `Pace` and
 * the views, so it can be recorded; all that it remembers lies in tensors.
 */
export class Stepper {
  readonly #state: TrainingState
  readonly #plan: Plan
  readonly #note: (text: string) => void
  #recorded: RecordedStep | undefined
  #held: Held[] = []
  #taken = 0
  #records = canRecord()

  /** @param note is told why steps are not recorded on a device that could */
  constructor(state: TrainingState, plan: Plan, note: (text: string) => void = () => {}) {
    this.#state = state
    this.#plan = plan
    this.#note = note
  }

  /** Hands the next step to the device; `ready` stays the caller's. */
  start(ready: readonly Ready[]): Started {
    const state = this.#state
    const pace = paceAt(state, this.#plan)
    const scheduled = scheduledAt(state, this.#plan)
    const steady = this.#held.every(({ value, was }) => scheduled(value) === was)
    if (!steady) this.#forget()
    if (steady && this.#records && !this.#recorded && this.#taken >= FIRST) this.#record(ready, pace)
    seedStep(state)
    const computed = this.#recorded?.again(ready, pace) ?? this.#compute(ready, pace)
    state.step++
    this.#taken++
    return {
      finish: () => {
        const { loss, projections } = computed
        const value = loss.item()
        loss.dispose()
        return { ...shown(pace), loss: value, projections }
      },
    }
  }

  /** Whether steps are being repeated. */
  get repeats(): boolean {
    return this.#recorded !== undefined
  }

  dispose(): void {
    this.#forget()
    this.#records = false
  }

  #compute(ready: readonly Ready[], pace: Pace): Computed {
    const now = scheduledAt(this.#state, this.#plan)
    this.#held = []
    return computeStep(this.#state, ready, pace, (value) => {
      const was = now(value)
      this.#held.push({ value, was })
      return was
    })
  }

  #record(ready: readonly Ready[], pace: Pace<number>): void {
    try {
      this.#recorded = new RecordedStep(this.#state, ready, pace, (own, amounts) =>
        this.#compute(own, amounts),
      )
    } catch (error) {
      this.#records = false
      this.#note(`Steps are not recorded: ${(error as Error).message}`)
    }
  }

  #forget(): void {
    this.#recorded?.dispose()
    this.#recorded = undefined
  }
}

/** A step in memory of its own, into which views and pace are written before each repetition. */
class RecordedStep {
  readonly #ready: Ready[]
  /** Float64 `[4]`. */
  readonly #amounts: Tensor
  readonly #recording: Recording<Computed>

  constructor(
    { settings: { optimizer, target } }: TrainingState,
    ready: readonly Ready[],
    pace: Pace<number>,
    compute: (ready: readonly Ready[], pace: Pace) => Computed,
  ) {
    this.#ready = keep(scope(() => ready.map(copied)))
    this.#amounts = keep(tensor(numbersOf(pace), undefined, 'float64'))
    try {
      this.#recording = record(() => {
        const [network, predictor, weightDecay, tau] = this.#amounts.unbind() as [
          Tensor,
          Tensor,
          Tensor,
          Tensor,
        ]
        return compute(this.#ready, {
          network,
          predictor,
          weightDecay: optimizer.finalWeightDecay === optimizer.weightDecay ? pace.weightDecay : weightDecay,
          ...(target.from === 'follower' && {
            tau: target.schedule === 'constant' ? (pace.tau as Amount) : tau,
          }),
        })
      })
    } catch (error) {
      this.#disposeInputs()
      throw error
    }
  }

  again(ready: readonly Ready[], pace: Pace<number>): Computed {
    scope(() =>
      noGrad(() => {
        this.#amounts.copy_(tensor(numbersOf(pace), undefined, 'float64'))
        for (const [i, { inputs, ids }] of ready.entries()) {
          const own = this.#ready[i] as Ready
          own.ids.copy_(ids)
          for (const [j, { x, mask }] of inputs.entries()) {
            own.inputs[j]?.x.copy_(x)
            if (mask) own.inputs[j]?.mask?.copy_(mask)
          }
        }
      }),
    )
    this.#recording.replay()
    const { loss, projections } = this.#recording.result
    return { loss: alias(loss), projections: projections.map(alias) }
  }

  dispose(): void {
    this.#recording.dispose()
    this.#disposeInputs()
  }

  #disposeInputs(): void {
    this.#amounts.dispose()
    disposeAll(this.#ready)
  }
}

function numbersOf({ network, predictor, weightDecay, tau = 1 }: Pace<number>): Float64Array {
  return Float64Array.of(network, predictor, weightDecay, tau)
}

function copied({ inputs, ids }: Ready): Ready {
  return {
    inputs: inputs.map(({ x, mask, ...rest }) => ({ ...rest, x: x.clone(), mask: mask?.clone() })),
    ids: ids.clone(),
  }
}
