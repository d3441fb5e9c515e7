/** A run that is to take so many minutes, and not so many epochs. */
import { duration } from '../duration.js'
import { Budget } from '../learn/budget.js'
import type { Plan } from '../learn/schedule.js'
import { appendLine, type PlanLine, planLine, runPaths } from '../run/index.js'
import type { Progress } from './progress.js'
import { tolerant } from './tolerant.js'

/**
 * Holds a run to the minutes asked for; `now` tells its seconds, and how many of them were no training. What is decided is written before it is done, so that the run can be gone on with, or
 * repeated, to the very same weights.
 */
export function stretching(
  folder: string,
  minutes: number,
  now: () => { seconds: number; paused: number },
  progress: Progress,
) {
  const budget = new Budget(60 * minutes)
  const write = tolerant(progress, (line: PlanLine) => appendLine(runPaths(folder).plan, planLine, line))
  return (step: number, plan: Plan): number | undefined => {
    const { seconds, paused } = now()
    const total = budget.after(step, plan, seconds, paused)
    if (total === undefined || !write({ step, totalSteps: total })) return undefined
    progress.note(
      `The pace has changed: ${total.toLocaleString('en')} steps fit into ${duration(60 * minutes)}, not ${plan.totalSteps.toLocaleString('en')}`,
    )
    return total
  }
}
