/** Training in front of a person: a line that renews itself, and Ctrl-C. */
import type { Data } from '../images/index.js'
import type { Verdict } from '../learn/index.js'
import type { TrainingSummary } from '../run/index.js'
import { continueRun, type LoopOptions } from '../trainer/session.js'
import type { TerminalProgress } from './progress.js'
import { StopRequest } from './stop.js'

/** Trains a run to its end, or to the first Ctrl-C. @throws as `continueRun` */
export async function follow(
  folder: string,
  options: LoopOptions & { listed?: Data | undefined },
  progress: TerminalProgress,
): Promise<TrainingSummary> {
  const stop = new StopRequest(() =>
    progress.note('Stopping: finishing this step and saving. Ctrl-C again stops at once.'),
  )
  try {
    const events = continueRun(folder, { ...options, signal: stop.signal }, progress)
    let verdict: Verdict | undefined
    let knn: number | undefined
    for (;;) {
      const { done, value } = await events.next()
      if (done) return value
      if (value.type === 'measure') verdict = value.verdict
      else if (value.type === 'probe') knn = value.knn
      else progress.step(value, verdict, knn)
    }
  } finally {
    stop.end()
  }
}
