/** How a run went, as its folder tells it. */
import type { History, Standing } from '../judge/index.js'
import { planRun } from '../learn/schedule.js'
import { type MetricsLine, readTraining } from '../run/index.js'
import { points } from '../trainer/best.js'
import { begunAgain, closedInstead, resumed } from './commands.js'
import type { JudgedRun } from './judged-run.js'

/** The lines of a type in a run's metrics. */
function linesUpTo(all: readonly MetricsLine[], last: number) {
  const lines = all.filter(({ step }) => step <= last)
  return <T extends MetricsLine['type']>(type: T) =>
    lines.filter((line): line is Extract<MetricsLine, { type: T }> => line.type === type)
}

/** Of collapse, at the step that is judged; that of the history is of the last step. */
export function verdictOf({ lines, used, trained }: JudgedRun, history: History): History['verdict'] {
  if (used.step === trained.step) return history.verdict
  const last = linesUpTo(lines, used.step)('measure').at(-1)
  return last && { state: last.state, sentence: last.sentence }
}

export function historyOf({ folder, record, settings, trained, lines, standing }: JudgedRun): History {
  const of = linesUpTo(lines, trained.step)
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
    ...(standing?.ahead.verdict === 'worse' && { sunk: sunkInWords(standing) }),
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

function sunkInWords({ best, ahead }: Standing): string {
  const what =
    best.by === 'classes' ? `knew ${points(ahead)} less of the classes` : `found views ${points(ahead)} worse`
  return `while training the last look ${what} than that at step ${best.step.toLocaleString('en')}`
}
