import { disposeAll } from '../../torch/index.js'
import type { Plan } from '../schedule.js'
import type { TrainingState } from '../state.js'
import { type MicroBatch, prepareInputs, type StepResult } from '../step.js'
import { Stepper } from '../stepper.js'

/** The next step of a state by itself, never recorded. The caller frees its projections. */
export function takeStep(state: TrainingState, batch: readonly MicroBatch[], plan: Plan): StepResult {
  const inputs = batch.map((pictures) => prepareInputs(state, pictures, plan))
  const stepper = new Stepper(state, plan)
  try {
    return stepper.start(inputs).finish()
  } finally {
    stepper.dispose()
    disposeAll(inputs)
  }
}
