/** How a run went, as its folder tells it. */
import type { History } from '../judge/index.js'
import { planRun } from '../learn/schedule.js'
import { type MetricsLine, metricsLine, readLines, readTraining, runPaths } from '../run/index.js'
import { begunAgain, closedInstead, resumed } from './commands.js'
import type { JudgedRun } from './judged-run.js'

export function historyOf({ folder, record, settings, trained }: JudgedRun): History {
  const lines = readLines(runPaths(folder).metrics, metricsLine).filter(({ step }) => step <= trained.step)
  const of = <T extends MetricsLine['type']>(type: T) =>
    lines.filter((line): line is Extract<MetricsLine, { type: T }> => line.type === type)
  const last = of('measure').at(-1)
  const { totalSteps, stepsPerEpoch, stretched } = planRun(settings, record.pictures, trained.stretches)
  // one that diverged, or was killed after it had been gone on with, has a summary of another step than is judged
  const summary = readTraining(folder)
  const own = summary?.steps === trained.step ? summary.collapse : undefined
  const verdict = own ?? (last && { state: last.state, sentence: last.sentence })
  const diverged = summary?.status === 'diverged' && trained.step <= summary.steps
  return {
    losses: of('step').map(({ step, loss }) => ({ step, value: loss })),
    ranks: of('measure').map(({ step, effectiveRank }) => ({ step, value: effectiveRank })),
    probes: of('probe').map(({ step, knn }) => ({ step, value: knn })),
    ...(verdict && { verdict }),
    ...(diverged && { diverged: { step: summary.steps } }),
    step: trained.step,
    totalSteps,
    commands: {
      resume: resumed(folder),
      again: (epochs) => begunAgain(folder, record, epochs, settings.method),
      closed: closedInstead(folder, record),
    },
    epochs: stretched ? Number((totalSteps / stepsPerEpoch).toPrecision(3)) : settings.epochs,
  }
}
