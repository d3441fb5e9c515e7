/** What training tells, as it is written: lines of metrics.jsonl, and training.json. */
import type { Quarantine, Source } from '../images/index.js'
import type { Measures } from '../learn/collapse.js'
import { planRun } from '../learn/schedule.js'
import type { TrainingState } from '../learn/state.js'
import type { MeasureEvent, StepEvent } from '../learn/train.js'
import type { TrainingSummary } from '../run/index.js'

export function stepLine({ step, epoch, loss, learningRate, tau, imagesPerSecond, dataWait }: StepEvent) {
  return {
    type: 'step',
    step,
    epoch,
    loss,
    learning_rate: learningRate,
    tau,
    images_per_second: imagesPerSecond,
    data_wait: dataWait,
  }
}

export function measureLine({ step, measures, verdict }: MeasureEvent) {
  return {
    type: 'measure',
    step,
    ...measureFields(measures),
    state: verdict.state,
    sentence: verdict.sentence,
  }
}

function measureFields({ stdRatio, positive, others, effectiveRank, fullRank }: Measures) {
  return {
    std_ratio: stdRatio,
    ...(positive !== undefined && { positive }),
    others,
    effective_rank: effectiveRank,
    full_rank: fullRank,
  }
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
  },
): TrainingSummary {
  const { totalSteps } = planRun(state.settings, source.size, state.stretches)
  const trained = (state.step - facts.firstStep) * state.settings.batch
  return {
    status: state.step === totalSteps ? 'finished' : 'interrupted',
    steps: state.step,
    total_steps: totalSteps,
    seconds: facts.seconds,
    images_per_second: trained / ((performance.now() - facts.began) / 1000),
    final_loss: facts.last?.loss ?? null,
    collapse: facts.measured
      ? { ...facts.measured.verdict, ...measureFields(facts.measured.measures) }
      : null,
    set_aside: facts.quarantine.count,
  }
}
