/** What training tells, as it is written: lines of metrics.jsonl, and training.json. */
import type { Quarantine, Source } from '../images/index.js'
import { planRun } from '../learn/schedule.js'
import type { TrainingState } from '../learn/state.js'
import type { MeasureEvent, StepEvent } from '../learn/train.js'
import type { MeasureLine, TrainingSummary } from '../run/index.js'

export function measureLine({ step, measures, verdict: { state, sentence } }: MeasureEvent): MeasureLine {
  return { type: 'measure', step, ...measures, state, sentence }
}

export function summarise(
  state: TrainingState,
  source: Source,
  facts: {
    last: StepEvent | undefined
    measured: MeasureEvent | undefined
    quarantine: Quarantine
    seconds: number
    firstStep: number
    began: number
    stoppedEarly: boolean
    /** The step of the encoder that is to be used, where it is not the last. */
    encoderStep: number | undefined
  },
): TrainingSummary {
  const { totalSteps } = planRun(state.settings, source.size, state.stretches)
  const trained = (state.step - facts.firstStep) * state.settings.batch
  const status = facts.stoppedEarly ? 'stopped_early' : state.step === totalSteps ? 'finished' : 'interrupted'
  return {
    status,
    steps: state.step,
    totalSteps,
    ...(status !== 'interrupted' && facts.encoderStep !== undefined && { encoderStep: facts.encoderStep }),
    seconds: facts.seconds,
    imagesPerSecond: trained / ((performance.now() - facts.began) / 1000),
    finalLoss: facts.last?.loss ?? Number.NaN,
    collapse: facts.measured ? { ...facts.measured.verdict, ...facts.measured.measures } : null,
    setAside: facts.quarantine.count,
  }
}
