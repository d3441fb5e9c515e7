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
import { initialize } from './gradients.js'
import type { Plan } from './schedule.js'
import type { TrainingState } from './state.js'
import {
  computeStep,
  ratesAt,
  type StepInputs,
  type StepOutputs,
  type StepRates,
  type StepResult,
  scheduledAt,
  seedStep,
  solvedSteps,
  solveStep,
} from './step.js'

/** A step that the device may still be computing. */
export interface PendingStep {
  /** Waits for it. */
  finish(): StepResult
}

/** Steps that are taken before one is recorded: libtorch chooses kernels and makes room in the first ones. */
const FIRST = 3

/**
 * Takes one optimiser step after another: the only driver there is. The device's part of a step is the same each time but for
 * `StepRates` and the views, so it can be recorded; all that a method remembers lies in tensors.
 */
export class Stepper {
  readonly #state: TrainingState
  readonly #plan: Plan
  readonly #note: (text: string) => void
  #recorded: RecordedStep | undefined
  /** What the loss took from its schedules in the step that was computed last. */
  #scheduled: { value: (epoch: number) => number; was: number }[] = []
  #taken = 0
  #records = canRecord()
  readonly #solved: number | undefined

  /**
   * @param note is told why steps are not recorded on a device that could
   * @param solved steps that are, unless the method's loss is to say
   */
  constructor(state: TrainingState, plan: Plan, note: (text: string) => void = () => {}, solved?: number) {
    this.#state = state
    this.#plan = plan
    this.#note = note
    this.#solved = solved
  }

  /** Hands the next step to the device; the inputs stay the caller's. */
  start(microBatches: readonly StepInputs[]): PendingStep {
    const state = this.#state
    const rates = ratesAt(state, this.#plan)
    const scheduled = scheduledAt(state, this.#plan)
    const steady = this.#scheduled.every(({ value, was }) => scheduled(value) === was)
    if (!steady) this.#forget()
    const solved = this.#solved ?? solvedSteps(state, this.#plan)
    const isSolved = state.step < solved
    if (state.step === 0) {
      seedStep(state)
      initialize(state, microBatches[0]?.inputs ?? [])
    }
    if (!isSolved)
      for (const { inputs, ids } of microBatches) state.loss.prepare?.(state.online.encoder, inputs, ids)
    if (steady && this.#records && !isSolved && !this.#recorded && this.#taken >= FIRST)
      this.#record(microBatches, rates)
    if (state.step > 0) seedStep(state)
    const outputs = isSolved
      ? solveStep(state, microBatches, solved)
      : (this.#recorded?.again(microBatches, rates) ?? this.#compute(microBatches, rates))
    state.step++
    if (!isSolved) this.#taken++
    return {
      finish: () => {
        const { loss, projections } = outputs
        const value = loss.item()
        loss.dispose()
        const { network: learningRate, tau } = rates
        return { loss: value, learningRate, ...(tau !== undefined && { tau }), projections }
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

  #compute(microBatches: readonly StepInputs[], rates: StepRates): StepOutputs {
    const now = scheduledAt(this.#state, this.#plan)
    this.#scheduled = []
    return computeStep(this.#state, microBatches, rates, (value) => {
      const was = now(value)
      this.#scheduled.push({ value, was })
      return was
    })
  }

  #record(microBatches: readonly StepInputs[], rates: StepRates<number>): void {
    try {
      this.#recorded = new RecordedStep(this.#state, microBatches, rates, (own, amounts) =>
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

/** A step in memory of its own, into which views and rates are written before each repetition. */
class RecordedStep {
  readonly #inputs: StepInputs[]
  /** Float64 `[5]`. */
  readonly #amounts: Tensor
  readonly #recording: Recording<StepOutputs>

  constructor(
    { settings: { optimizer, target } }: TrainingState,
    microBatches: readonly StepInputs[],
    rates: StepRates<number>,
    compute: (microBatches: readonly StepInputs[], rates: StepRates) => StepOutputs,
  ) {
    this.#inputs = keep(scope(() => microBatches.map(copied)))
    this.#amounts = keep(tensor(numbersOf(rates), undefined, 'float64'))
    try {
      this.#recording = record(() => {
        const [network, encoder, predictor, weightDecay, tau] = this.#amounts.unbind() as [
          Tensor,
          Tensor,
          Tensor,
          Tensor,
          Tensor,
        ]
        return compute(this.#inputs, {
          network,
          encoder,
          predictor,
          weightDecay: optimizer.finalWeightDecay === optimizer.weightDecay ? rates.weightDecay : weightDecay,
          ...(target.from === 'follower' && {
            tau: target.schedule === 'constant' ? (rates.tau as Amount) : tau,
          }),
        })
      })
    } catch (error) {
      this.#disposeInputs()
      throw error
    }
  }

  again(microBatches: readonly StepInputs[], rates: StepRates<number>): StepOutputs {
    scope(() =>
      noGrad(() => {
        this.#amounts.copy_(tensor(numbersOf(rates), undefined, 'float64'))
        for (const [i, { inputs, ids }] of microBatches.entries()) {
          const own = this.#inputs[i] as StepInputs
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
    disposeAll(this.#inputs)
  }
}

function numbersOf({ network, encoder, predictor, weightDecay, tau = 1 }: StepRates<number>): Float64Array {
  return Float64Array.of(network, encoder, predictor, weightDecay, tau)
}

function copied({ inputs, ids }: StepInputs): StepInputs {
  return {
    inputs: inputs.map(({ x, mask, ...rest }) => ({ ...rest, x: x.clone(), mask: mask?.clone() })),
    ids: ids.clone(),
  }
}
