/** How a run went, as its folder tells it. */
import { existsSync } from 'node:fs'
import type { History } from '../../judge/index.js'
import type { Verdict } from '../../learn/collapse.js'
import { planRun } from '../../learn/pace.js'
import { type MetricsLine, readJson, readLines, runPaths } from '../../run/index.js'
import type { TrainingSummary } from '../session.js'
import type { JudgedRun } from './judged-run.js'

type Line = MetricsLine & Record<string, unknown>

export function historyOf({ folder, record, settings, trained }: JudgedRun): History {
  const paths = runPaths(folder)
  const lines = readLines<Line>(paths.metrics).filter(({ step }) => step <= trained.step)
  const summary = existsSync(paths.training) ? readJson<TrainingSummary>(paths.training) : undefined
  const series = (type: string, key: string) =>
    lines
      .filter((line) => line.type === type)
      // JSON has no NaN: a broken loss is null there
      .map((line) => ({ step: line.step, value: typeof line[key] === 'number' ? line[key] : Number.NaN }))
  const last = lines.findLast(({ type }) => type === 'measure')
  // a run that was killed has left no summary
  const verdict = summary?.collapse ?? (last && { state: last.state, sentence: last.sentence })
  return {
    losses: series('step', 'loss'),
    ranks: series('measure', 'effective_rank'),
    probes: series('probe', 'knn'),
    ...(verdict && { verdict: verdict as Verdict }),
    step: trained.step,
    totalSteps: planRun(settings, record.pictures).totalSteps,
    epochs: settings.epochs,
  }
}
